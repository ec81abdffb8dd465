package io.weft.agent.telemetry;

import io.weft.agent.inventory.PodView;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * CPU and memory of containers from a node's kubelet ({@code /metrics/resource}). The kubelet must prove itself with a
 * certificate of the cluster's CA (or of the given file): the request carries the agent's token.
 */
public final class Kubelet {
    private static final int PORT = 10250;
    private static final int MILLIS = 2_000;
    private static final String CPU = "container_cpu_usage_seconds_total";
    private static final String MEMORY = "container_memory_working_set_bytes";

    private final Path token;
    private final Path trust;
    private final boolean anyName;
    private @Nullable SSLSocketFactory sockets;

    /**
     * @param token file with the agent's bearer token
     * @param trust file with the PEM certificates that sign kubelets'
     * @param anyName true where the kubelets' certificates do not name the node's address
     */
    public Kubelet(Path token, Path trust, boolean anyName) {
        this.token = token;
        this.trust = trust;
        this.anyName = anyName;
    }

    /** Usage of one container: CPU seconds as a counter, memory in bytes; -1 = not reported. */
    record Usage(double cpuSeconds, double memoryBytes) {}

    /** Usage by "namespace/pod" of all containers of that name on the node. */
    Map<String, Usage> usage(String nodeIp, String container) throws IOException {
        Map<String, Usage> usage = new HashMap<>();
        try (InputStream in = open(nodeIp)) {
            MetricLines.read(in, Set.of(CPU, MEMORY), (name, labels, value) -> {
                if (container.equals(labels.get("container"))) {
                    String pod = labels.getOrDefault("namespace", "") + "/" + labels.getOrDefault("pod", "");
                    Usage known = usage.getOrDefault(pod, new Usage(-1, -1));
                    usage.put(
                            pod,
                            name.equals(CPU)
                                    ? new Usage(value, known.memoryBytes())
                                    : new Usage(known.cpuSeconds(), value));
                }
            });
        }
        return usage;
    }

    private InputStream open(String nodeIp) throws IOException {
        String host = nodeIp.contains(":") ? "[" + nodeIp + "]" : nodeIp;
        URI address = URI.create("https://" + host + ":" + PORT + "/metrics/resource");
        if (!(address.toURL().openConnection() instanceof HttpsURLConnection connection)) {
            throw new IOException("no HTTPS address: " + address);
        }
        connection.setSSLSocketFactory(sockets());
        if (anyName) {
            connection.setHostnameVerifier((_, _) -> true);
        }
        connection.setConnectTimeout(MILLIS);
        connection.setReadTimeout(MILLIS);
        connection.setRequestProperty(
                "Authorization",
                "Bearer " + Files.readString(token, StandardCharsets.US_ASCII).strip());
        if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
            throw new IOException(
                    address + " answered " + connection.getResponseCode() + "; the agent needs get on nodes/metrics");
        }
        return connection.getInputStream();
    }

    private synchronized SSLSocketFactory sockets() throws IOException {
        SSLSocketFactory known = sockets;
        if (known != null) {
            return known;
        }
        try (InputStream pem = Files.newInputStream(trust)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(pem);
            KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
            anchors.load(null, null);
            int number = 0;
            for (Certificate certificate : certificates) {
                anchors.setCertificateEntry("ca" + number++, certificate);
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(anchors);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            SSLSocketFactory made = context.getSocketFactory();
            sockets = made;
            return made;
        } catch (GeneralSecurityException e) {
            throw new IOException("the kubelets' CA in " + trust + " is unreadable", e);
        }
    }

    static String keyOf(PodView pod) {
        return pod.namespace() + "/" + pod.name();
    }
}
