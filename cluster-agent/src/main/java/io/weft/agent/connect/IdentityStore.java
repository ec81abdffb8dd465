package io.weft.agent.connect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.agent.kube.Json;
import io.weft.agent.kube.KubeApi;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Keeps the identity in Secret {@code weft-identity} of the agent's namespace. */
final class IdentityStore {
    private static final Logger LOG = Logger.getLogger(IdentityStore.class);
    private static final String SECRET = "weft-identity";
    private static final String DATA = "identity.json";

    private final KubeApi api;
    private final String secrets;

    IdentityStore(KubeApi api, String namespace) {
        this.api = api;
        this.secrets = "/api/v1/namespaces/" + namespace + "/secrets";
    }

    Optional<Identity> load() {
        return api.get(secrets + "/" + SECRET).flatMap(secret -> {
            try {
                byte[] stored = decode(secret.path("data").path(DATA).asText(""));
                return Optional.of(read(Json.read(stored)));
            } catch (RuntimeException e) {
                LOG.errorf("Secret %s is unreadable, a new identity is needed: %s", SECRET, e.getMessage());
                return Optional.empty();
            }
        });
    }

    void save(Identity identity) {
        ObjectNode stored = Json.object()
                .put("clusterId", identity.clusterId())
                .put("epoch", identity.epoch())
                .put("tokenHash", identity.tokenHash())
                .put("key", encode(identity.key().getEncoded()));
        ArrayNode chain = stored.putArray("chain");
        identity.chain().forEach(certificate -> chain.add(encode(der(certificate))));
        ObjectNode secret = Json.object().put("apiVersion", "v1").put("kind", "Secret");
        secret.putObject("metadata").put("name", SECRET);
        secret.putObject("data").put(DATA, encode(Json.write(stored).getBytes(StandardCharsets.UTF_8)));
        api.patch(secrets + "/" + SECRET + "?fieldManager=weft-agent&force=true", KubeApi.APPLY, Json.write(secret));
    }

    private static Identity read(JsonNode stored) {
        List<X509Certificate> chain = new ArrayList<>();
        stored.path("chain").forEach(der -> chain.add(Keys.certificate(decode(der.asText()))));
        return new Identity(
                stored.path("clusterId").asText(),
                Keys.privateKey(decode(stored.path("key").asText())),
                chain,
                stored.path("epoch").asLong(),
                stored.path("tokenHash").asText(""));
    }

    private static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a parsed certificate cannot be encoded", e);
        }
    }

    private static String encode(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] decode(String text) {
        return Base64.getDecoder().decode(text);
    }
}
