{{/* One Deployment of one process type: name, replicas, command, resources, and whether it listens. */}}
{{- define "odevents.process" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .root.Release.Name }}-{{ .name }}
  labels: {{- include "odevents.labels" . | nindent 4 }}
spec:
  replicas: {{ .replicas }}
  selector:
    matchLabels: {{- include "odevents.labels" . | nindent 6 }}
  template:
    metadata:
      labels: {{- include "odevents.labels" . | nindent 8 }}
      annotations:
        checksum/config: {{ .root.Values.config | sha256sum }}
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: {{ .root.Values.terminationGracePeriodSeconds }}
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        seccompProfile: {type: RuntimeDefault}
      containers:
        - name: {{ .name }}
          image: "{{ .root.Values.image.repository }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}"
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          args: {{ .args | toJson }}
          env:
            - {name: ODEVENTS_CONFIG, value: /etc/odevents/odevents.toml}
            - {name: ODEVENTS_HOST, value: "0.0.0.0"}
            - {name: ODEVENTS_PORT, value: "8320"}
          envFrom:
            - secretRef: {name: {{ .root.Values.secretName }}}
          {{- if eq .name "web" }}
          ports:
            - {name: http, containerPort: 8320}
          livenessProbe:
            httpGet: {path: /livez, port: http}
          readinessProbe:
            httpGet: {path: /readyz, port: http}
            periodSeconds: 5
          lifecycle:
            preStop:
              sleep: {seconds: 5}
          {{- end }}
          resources: {{- toYaml .resources | nindent 12 }}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
          volumeMounts:
            - {name: config, mountPath: /etc/odevents, readOnly: true}
            - {name: tmp, mountPath: /tmp}
      volumes:
        - name: config
          configMap: {name: {{ .root.Release.Name }}-config}
        - name: tmp
          emptyDir: {}
{{- end }}

{{- define "odevents.labels" -}}
app.kubernetes.io/name: odevents
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end }}
