{{/* What every pod of ours has. Arguments: root, component. */}}
{{- define "odevents.labels" -}}
app.kubernetes.io/name: odevents
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "odevents.metadata" -}}
name: {{ .root.Release.Name }}-{{ .component }}
labels: {{- include "odevents.labels" . | nindent 2 }}
  app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
  app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{- define "odevents.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end }}

{{/* The parts of a pod around its containers. */}}
{{- define "odevents.pod" -}}
serviceAccountName: {{ .root.Release.Name }}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: {{ .stopWithin }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .root.Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "odevents.labels" . | nindent 8 }}
securityContext: {{- include "odevents.podSecurity" (default 10001 .user) | nindent 2 }}
{{- end }}

{{- define "odevents.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "odevents.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* Image and settings of a container of ours; what is secret comes from files. */}}
{{- define "odevents.container" -}}
image: {{ include "odevents.image" .root | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext: {{- include "odevents.containerSecurity" . | nindent 2 }}
env:
  - {name: ODEVENTS_CONFIG, value: /etc/odevents/odevents.toml}
  - {name: ODEVENTS_SECRETS, value: /run/secrets/odevents}
  - {name: ODEVENTS_LOG_LEVEL, value: {{ .root.Values.settings.logLevel | quote }}}
  - {name: ODEVENTS_KEEP_DAYS, value: {{ .root.Values.settings.keepDays | quote }}}
  - {name: ODEVENTS_KEEP_WRITES_DAYS, value: {{ .root.Values.settings.keepWritesDays | quote }}}
  - {name: ODEVENTS_QUARANTINE_SECONDS, value: {{ .root.Values.settings.quarantineSeconds | quote }}}
  - {name: ODEVENTS_HANDLER_SECONDS, value: {{ .root.Values.settings.handlerSeconds | quote }}}
  {{- if .root.Values.settings.redisUnverified }}
  - {name: ODEVENTS_REDIS_UNVERIFIED, value: "true"}
  {{- end }}
  {{- range .env }}
  - {name: {{ .name }}, value: {{ .value | quote }}}
  {{- end }}
{{- end }}

{{- define "odevents.configVolume" -}}
- name: config
  {{- if .Values.config.existingSecret }}
  secret: {secretName: {{ .Values.config.existingSecret }}, defaultMode: 0440}
  {{- else }}
  configMap: {name: {{ .Values.config.existingConfigMap | default (printf "%s-config" .Release.Name) }}}
  {{- end }}
- name: tmp
  emptyDir: {medium: Memory, sizeLimit: 64Mi}
{{- end }}

{{- define "odevents.secretVolume" -}}
- name: secrets
  secret: {secretName: {{ .Values.secretName }}, defaultMode: 0440}
{{- end }}

{{- define "odevents.allMounts" -}}
- {name: config, mountPath: /etc/odevents, readOnly: true}
- {name: secrets, mountPath: /run/secrets/odevents, readOnly: true}
- {name: tmp, mountPath: /tmp}
{{- end }}
