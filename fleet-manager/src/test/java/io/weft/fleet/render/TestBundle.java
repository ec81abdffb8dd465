package io.weft.fleet.render;

import io.weft.model.manifest.CanonicalJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;

/** A release bundle of two small charts that have the shapes of Istio's. */
public final class TestBundle {
    private static final String BASE = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata:
              name: virtualservices.networking.istio.io
            spec: {group: networking.istio.io, scope: Namespaced, since: "%1$s"}
            ---
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingWebhookConfiguration
            metadata:
              name: istiod-default-validator
            webhooks:
            - name: validation.istio.io
              failurePolicy: Ignore
              clientConfig: {caBundle: "", service: {name: istiod-{{ .Values.defaultRevision }}, namespace: istio-system}}
            """;
    private static final String ISTIOD = """
            {{ if .Values.broken }}{{ fail "broken on purpose" }}{{ end }}
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: istio-{{ .Values.revision }}
              namespace: {{ .Release.Namespace }}
            data:
              trustDomain: {{ .Values.meshConfig.trustDomain }}
              kubernetes: {{ .Capabilities.KubeVersion.Version }}
              image: {{ .Values.global.hub }}/pilot:{{ .Values.global.tag }}
              extra: {{ .Values.extra | quote }}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: {name: istiod-{{ .Values.revision }}}
            rules:
            - {apiGroups: [""], resources: [pods, services], verbs: [list, get]}
            - {apiGroups: [""], resources: [pods], verbs: [watch]}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: istiod-{{ .Values.revision }}, labels: {app.kubernetes.io/managed-by: Helm}}
            spec: {replicas: 1}
            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: istiod-{{ .Values.revision }}}
            spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: istiod-{{ .Values.revision }}}}
            ---
            apiVersion: admissionregistration.k8s.io/v1
            kind: MutatingWebhookConfiguration
            metadata: {name: istio-sidecar-injector-{{ .Values.revision }}}
            webhooks:
            - {name: inject.istio.io, failurePolicy: Fail, clientConfig: {caBundle: "", url: x}}
            """;

    private TestBundle() {}

    /** A bundle of one Istio version. */
    public static byte[] of(String version) {
        return of(version, String.format(Locale.ROOT, BASE, version), ISTIOD);
    }

    /** A bundle whose chart istiod has this template. */
    public static byte[] withIstiod(String version, String template) {
        return of(version, String.format(Locale.ROOT, BASE, version), template);
    }

    private static byte[] of(String version, String base, String istiod) {
        byte[] baseChart = chart("base", version, base);
        byte[] istiodChart = chart("istiod", version, istiod);
        String description = CanonicalJson.write(Map.of(
                        "family", "istio",
                        "version", version,
                        "modes", List.of("sidecar"),
                        "kubernetes", Map.of("min", "1.29", "max", "1.33"),
                        "upgradesFrom", List.of("1.26"),
                        "charts", List.of(listed("base", baseChart), listed("istiod", istiodChart)),
                        "images",
                                List.of(Map.of(
                                        "name",
                                        "pilot",
                                        "reference",
                                        "docker.io/istio/pilot:" + version,
                                        "digest",
                                        ""))))
                .replace("\"digest\":\"\",", "");
        SortedMap<String, byte[]> files = new TreeMap<>();
        files.put("release.json", description.getBytes(StandardCharsets.UTF_8));
        files.put("charts/base.tgz", baseChart);
        files.put("charts/istiod.tgz", istiodChart);
        return tgz(files);
    }

    private static Map<String, Object> listed(String name, byte[] chart) {
        return Map.of(
                "name",
                name,
                "file",
                "charts/" + name + ".tgz",
                "sha256",
                CanonicalJson.digestOf(chart).substring("sha256:".length()));
    }

    private static byte[] chart(String name, String version, String template) {
        SortedMap<String, byte[]> files = new TreeMap<>();
        files.put(
                name + "/Chart.yaml",
                ("apiVersion: v2\nname: " + name + "\nversion: " + version + "\n").getBytes(StandardCharsets.UTF_8));
        files.put(name + "/values.yaml", "extra: nothing\n".getBytes(StandardCharsets.UTF_8));
        files.put(name + "/templates/all.yaml", template.getBytes(StandardCharsets.UTF_8));
        return tgz(files);
    }

    private static byte[] tgz(SortedMap<String, byte[]> files) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                gzip.write(header(file.getKey(), file.getValue().length));
                gzip.write(file.getValue());
                gzip.write(new byte[(512 - file.getValue().length % 512) % 512]);
            }
            gzip.write(new byte[1024]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static byte[] header(String name, int size) {
        byte[] header = new byte[512];
        put(header, 0, name);
        put(header, 100, "0000644");
        put(header, 108, "0000000");
        put(header, 116, "0000000");
        put(header, 124, String.format(Locale.ROOT, "%011o", size));
        put(header, 136, "00000000000");
        put(header, 148, "        ");
        header[156] = '0';
        put(header, 257, "ustar\00000");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, String.format(Locale.ROOT, "%06o\0 ", sum));
        return header;
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }
}
