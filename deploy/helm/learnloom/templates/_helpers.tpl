{{- define "learnloom.name" -}}
{{- default .Release.Name .Values.nameOverride | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "learnloom.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{/* of a part: (dict "root" $ "part" "consumer") */}}
{{- define "learnloom.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end -}}

{{- define "learnloom.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ default $.Chart.AppVersion .tag }}{{ end }}
{{- end -}}
{{- end -}}

{{- define "learnloom.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}{{ default (include "learnloom.name" .) .Values.serviceAccount.name }}{{ else }}{{ default "default" .Values.serviceAccount.name }}{{ end -}}
{{- end -}}

{{- define "learnloom.claim" -}}
{{- default (printf "%s-warehouse" (include "learnloom.name" .)) .Values.data.volume.existingClaim -}}
{{- end -}}

{{/* Settings of every pod, with the memory of its part. */}}
{{- define "learnloom.env" -}}
{{- $v := .root.Values -}}
- {name: LEARNLOOM_WAREHOUSE, value: /warehouse}
- {name: LEARNLOOM_MEMORY_LIMIT, value: {{ .memory | quote }}}
- {name: LEARNLOOM_KAFKA_BOOTSTRAP_SERVERS, value: {{ $v.kafka.bootstrapServers | quote }}}
- {name: LEARNLOOM_KAFKA_SECURITY_PROTOCOL, value: {{ $v.kafka.securityProtocol | quote }}}
{{- with $v.kafka.saslMechanism }}
- {name: LEARNLOOM_KAFKA_SASL_MECHANISM, value: {{ . | quote }}}
{{- end }}
{{- with $v.kafka.username }}
- {name: LEARNLOOM_KAFKA_USERNAME, value: {{ . | quote }}}
{{- end }}
{{- with $v.kafka.existingSecret }}
- name: LEARNLOOM_KAFKA_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ . | quote }}, key: {{ $v.kafka.key | quote }}}}
{{- end }}
# In a file, not in a variable: those of a pod are shown to whoever may look at it.
- {name: LEARNLOOM_CATALOG_FILE, value: /secrets/catalog/{{ $v.catalog.key }}}
{{- with $v.data.path }}
- {name: LEARNLOOM_DATA_PATH, value: {{ . | quote }}}
- {name: LEARNLOOM_S3__REGION, value: {{ $v.data.region | quote }}}
{{- with $v.data.endpointUrl }}
- {name: LEARNLOOM_S3__ENDPOINT_URL, value: {{ . | quote }}}
{{- end }}
{{- if $v.data.existingSecret }}
- {name: LEARNLOOM_S3__ACCESS_KEY_ID_FILE, value: /secrets/s3/access_key_id}
- {name: LEARNLOOM_S3__SECRET_ACCESS_KEY_FILE, value: /secrets/s3/secret_access_key}
{{- end }}
{{- end }}
{{- range $name, $value := $v.settings }}
- {name: {{ $name | quote }}, value: {{ $value | toString | quote }}}
{{- end }}
{{- end -}}

{{/* A pod of one part: (dict "root" $ "part" "consumer" "args" (list …) "values" .Values.consumer, then what only some have:
     "env" "ports" "probes" "heartbeat" "secrets" (dict folder secret)) */}}
{{- define "learnloom.pod" -}}
{{- $v := .root.Values -}}
metadata:
  labels:
    {{- include "learnloom.selector" . | nindent 4 }}
  {{- with $v.podAnnotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "learnloom.serviceAccount" .root }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ $v.terminationGracePeriodSeconds }}
  {{- with $v.imagePullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: {type: RuntimeDefault}
  containers:
    - name: {{ .part }}
      image: {{ include "learnloom.image" .root }}
      imagePullPolicy: {{ $v.image.pullPolicy }}
      args: {{- toJson .args | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: {drop: [ALL]}
      env:
        {{- include "learnloom.env" (dict "root" .root "memory" .values.memoryLimit) | nindent 8 }}
        {{- with .env }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with $v.extraEnvFrom }}
      envFrom: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .ports }}
      ports: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .probes }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
      {{- if .heartbeat }}
      # What hangs ends by itself before this says so (hang_seconds).
      livenessProbe:
        exec: {command: [sh, -c, 'test -n "$(find /tmp/alive -mmin -16)"']}
        periodSeconds: 60
        failureThreshold: 3
      startupProbe:
        exec: {command: [sh, -c, 'test -n "$(find /tmp/alive -mmin -16)"']}
        periodSeconds: 5
        failureThreshold: 60
      {{- end }}
      resources: {{- toYaml .values.resources | nindent 8 }}
      volumeMounts:
        - {name: warehouse, mountPath: /warehouse}
        - {name: scratch, mountPath: /tmp}
        - {name: scratch, mountPath: /files, subPath: files}
        - {name: catalog, mountPath: /secrets/catalog, readOnly: true}
        {{- if and $v.data.path $v.data.existingSecret }}
        - {name: s3, mountPath: /secrets/s3, readOnly: true}
        {{- end }}
        {{- range $folder, $secret := .secrets }}
        - {name: {{ $folder }}, mountPath: /secrets/{{ $folder }}, readOnly: true}
        {{- end }}
  volumes:
    - name: warehouse
      {{- if and $v.data.path (not $v.data.volume.existingClaim) }}
      # Of each pod its own, and gone with it: the index of known ids, locks, and what values.yaml says of the claim.
      emptyDir: {}
      {{- else }}
      persistentVolumeClaim: {claimName: {{ include "learnloom.claim" .root }}}
      {{- end }}
    - {name: scratch, emptyDir: {}}
    - name: catalog
      secret: {secretName: {{ $v.catalog.existingSecret | quote }}, defaultMode: 0440}
    {{- if and $v.data.path $v.data.existingSecret }}
    - name: s3
      secret: {secretName: {{ $v.data.existingSecret | quote }}, defaultMode: 0440}
    {{- end }}
    {{- range $folder, $secret := .secrets }}
    - name: {{ $folder }}
      secret: {secretName: {{ $secret | quote }}, defaultMode: 0440}
    {{- end }}
  {{- with $v.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $v.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $v.affinity }}
  affinity: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{/* Probes over HTTP: (dict "path" "/health" "port" 8000) */}}
{{- define "learnloom.http" -}}
startupProbe:
  httpGet: {path: {{ .path }}, port: {{ .port }}}
  periodSeconds: 5
  failureThreshold: 60
readinessProbe:
  httpGet: {path: {{ .path }}, port: {{ .port }}}
  periodSeconds: 10
  timeoutSeconds: 5
livenessProbe:
  httpGet: {path: {{ .path }}, port: {{ .port }}}
  periodSeconds: 30
  timeoutSeconds: 10
  failureThreshold: 4
{{- end -}}
