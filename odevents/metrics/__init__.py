"""What an operator watches by Prometheus: computed from what Redis counted, when somebody asks; see ``exposition``."""
