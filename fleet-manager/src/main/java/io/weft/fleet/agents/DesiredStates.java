package io.weft.fleet.agents;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import io.weft.model.manifest.CanonicalJson;
import io.weft.model.manifest.Check;
import io.weft.model.manifest.LayerDocument;
import io.weft.model.manifest.ObjectKey;
import io.weft.protocol.v1.BodyRef;
import io.weft.protocol.v1.Desired;
import io.weft.protocol.v1.Layer;
import io.weft.protocol.v1.ObjectRef;
import io.weft.protocol.v1.Phase;
import jakarta.inject.Singleton;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the newest compiled state of a cluster as the message that carries it. */
@Singleton
final class DesiredStates {
    /** Gzipped bodies below this many bytes travel in the message; the agent asks for the others by digest. */
    static final int MAX_INLINE_BYTES = 32 * 1024;

    /** All inline bodies of a message together; the rest are asked for as well, so that messages stay small. */
    static final int MAX_INLINE_SUM = 1024 * 1024;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private final TenantTransactions transactions;

    DesiredStates(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    /**
     * The newest compiled version.
     *
     * @param held digests of layers that the agent has; their bodies are not sent along
     * @return empty: nothing is compiled, or the registration has ended
     */
    Optional<Desired> newest(Caller caller, String nonce, Set<String> held) {
        return transactions.inSnapshot(
                caller.agent().tenant(),
                tx -> tx.first(Long.class, """
                        SELECT compiled_version FROM agent_link
                        WHERE tenant_id = ? AND cluster_id = ? AND registration_epoch = ? AND compiled_version > 0
                        """, tx.tenant(), caller.agent().cluster(), caller.registrationEpoch())
                        .map(version -> read(tx, caller, version, nonce, held)));
    }

    /** The gzipped body with this digest, of the caller's tenant. */
    Optional<ByteString> body(Caller caller, String digest) {
        return transactions
                .in(
                        caller.agent().tenant(),
                        tx -> tx.first(byte[].class, "SELECT gz FROM manifest_body WHERE digest = ?", digest))
                .map(ByteString::copyFrom);
    }

    private static Desired read(TenantTx tx, Caller caller, long version, String nonce, Set<String> held) {
        Desired.Builder desired = Desired.newBuilder()
                .setVersion(version)
                .setRegistrationEpoch(caller.registrationEpoch())
                .setNonce(nonce);
        InlineBodies bodies = new InlineBodies(tx);
        tx.list(LayerOfVersion.class, """
                        SELECT c.name, c.layer_digest, l.document FROM cluster_layer c
                        JOIN layer l ON l.tenant_id = c.tenant_id AND l.digest = c.layer_digest
                        WHERE c.cluster_id = ? AND c.version = ? ORDER BY c.position, c.name
                        """, caller.agent().cluster(), version)
                .forEach(layer -> desired.addLayers(layer(layer, held.contains(layer.layerDigest()) ? null : bodies)));
        tx.list(
                        JsonNode.class,
                        "SELECT object FROM tombstone WHERE cluster_id = ? AND since_version <= ? ORDER BY object_key",
                        caller.agent().cluster(),
                        version)
                .forEach(object -> desired.addTombstones(ref(ObjectKey.fromMap(JSON.convertValue(object, OBJECT)))));
        return desired.build();
    }

    private static Layer layer(LayerOfVersion row, @Nullable InlineBodies bodies) {
        LayerDocument document = LayerDocument.fromMap(JSON.convertValue(row.document(), OBJECT));
        if (bodies != null) {
            bodies.load(document);
        }
        Layer.Builder layer = Layer.newBuilder().setName(row.name()).setDigest(row.layerDigest());
        document.phases().forEach(phase -> layer.addPhases(phase(phase, bodies)));
        return layer.build();
    }

    private static Phase phase(LayerDocument.Phase phase, @Nullable InlineBodies bodies) {
        Phase.Builder message = Phase.newBuilder().setName(phase.name());
        for (LayerDocument.BodyRef body : phase.bodies()) {
            message.addBodies(BodyRef.newBuilder()
                    .setObject(ref(body.object()))
                    .setDigest(body.digest())
                    .setRawBytes(body.rawBytes())
                    .setGzipInline(bodies == null ? ByteString.EMPTY : bodies.take(body.digest())));
        }
        phase.checks().forEach(check -> message.addChecks(check(check)));
        return message.build();
    }

    private static io.weft.protocol.v1.Check check(Check check) {
        return io.weft.protocol.v1.Check.newBuilder()
                .setType(check.type())
                .setObject(ref(check.object()))
                .setParametersJson(CanonicalJson.write(check.parameters()))
                .setTimeout(Duration.newBuilder().setSeconds(check.timeoutSeconds()))
                .build();
    }

    private static ObjectRef ref(ObjectKey key) {
        return ObjectRef.newBuilder()
                .setGroup(key.group())
                .setVersion(key.version())
                .setKind(key.kind())
                .setNamespace(key.namespace())
                .setName(key.name())
                .build();
    }

    /** Small bodies, loaded a layer at a time, until the message is full. */
    private static final class InlineBodies {
        private final TenantTx tx;
        private final Map<String, ByteString> loaded = new HashMap<>();
        private int left = MAX_INLINE_SUM;

        InlineBodies(TenantTx tx) {
            this.tx = tx;
        }

        void load(LayerDocument document) {
            List<String> digests = document.bodies()
                    .map(LayerDocument.BodyRef::digest)
                    .distinct()
                    .toList();
            loaded.clear();
            tx.list(BodyRow.class, """
                            SELECT digest, encode(gz, 'base64') AS gz FROM manifest_body
                            WHERE digest = ANY(?::text[]) AND octet_length(gz) < ? AND ? > 0
                            """, digests, MAX_INLINE_BYTES, left)
                    .forEach(row -> loaded.put(
                            row.digest(),
                            ByteString.copyFrom(Base64.getMimeDecoder().decode(row.gz()))));
        }

        ByteString take(String digest) {
            ByteString body = loaded.getOrDefault(digest, ByteString.EMPTY);
            if (body.size() > left) {
                return ByteString.EMPTY;
            }
            left -= body.size();
            return body;
        }
    }

    record LayerOfVersion(String name, String layerDigest, JsonNode document) {}

    /** @param gz base64 */
    record BodyRow(String digest, String gz) {}
}
