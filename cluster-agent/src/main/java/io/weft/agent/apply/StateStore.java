package io.weft.agent.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.weft.agent.kube.Json;
import io.weft.agent.kube.KubeApi;
import io.weft.protocol.v1.Desired;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jboss.logging.Logger;

/**
 * Keeps the desired state in Secrets {@code weft-state-N}: one gzip stream cut into parts of at most 900 KiB. Two sets of
 * parts are written in turn, so a crash in the middle leaves the former set whole.
 */
public final class StateStore {
    private static final Logger LOG = Logger.getLogger(StateStore.class);
    static final int MAX_PART_BYTES = 900 * 1024;
    private static final int PARTS_PER_SET = 8;
    private static final int MAX_BODIES = 10_000;
    private static final String DATA = "part";
    private static final String SERIAL = "weft.io/serial";
    private static final String PARTS = "weft.io/parts";
    private static final String CLUSTER = "weft.io/cluster";

    /** A state as it was saved; bodies raw, by digest. */
    public record Saved(Desired desired, Map<String, byte[]> bodies) {}

    private final KubeApi api;
    private final String secrets;
    private final String clusterId;
    private long serial;

    /** @param clusterId the registration whose state this is; what another one left is nobody's any more */
    public StateStore(KubeApi api, String namespace, String clusterId) {
        this.api = api;
        this.secrets = "/api/v1/namespaces/" + namespace + "/secrets";
        this.clusterId = clusterId;
    }

    void save(Desired desired, Bodies bodies) {
        byte[] stream = write(desired, bodies);
        int parts = Math.ceilDiv(stream.length, MAX_PART_BYTES);
        if (parts > PARTS_PER_SET) {
            throw new IllegalStateException("state of " + stream.length + " bytes does not fit into " + PARTS_PER_SET
                    + " Secrets of " + MAX_PART_BYTES);
        }
        long next = serial + 1;
        for (int part = 0; part < parts; part++) {
            byte[] slice = Arrays.copyOfRange(
                    stream, part * MAX_PART_BYTES, Math.min(stream.length, (part + 1) * MAX_PART_BYTES));
            put((int) (next % 2) * PARTS_PER_SET + part, next, parts, slice);
        }
        serial = next;
    }

    /** The newest complete set of this registration, empty where there is none. */
    public Optional<Saved> load() {
        List<PartSet> sets = List.of(0, 1).stream()
                .map(this::readSet)
                .flatMap(Optional::stream)
                .sorted(Comparator.comparingLong(PartSet::serial).reversed())
                .toList();
        serial = sets.isEmpty() ? 0 : sets.getFirst().serial();
        sets.stream()
                .filter(set -> !set.clusterId().equals(clusterId))
                .forEach(set -> LOG.warnf(
                        "the state kept in the cluster is of cluster %s, not of %s; waiting for the hub's",
                        set.clusterId(), clusterId));
        return sets.stream()
                .filter(set -> set.clusterId().equals(clusterId))
                .findFirst()
                .map(set -> read(set.stream()));
    }

    private record PartSet(long serial, String clusterId, ByteString stream) {}

    private Optional<PartSet> readSet(int set) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        long found = 0;
        String owner = "";
        int parts = 1;
        for (int part = 0; part < parts; part++) {
            Optional<JsonNode> secret = api.get(secrets + "/" + name(set * PARTS_PER_SET + part));
            if (secret.isEmpty()) {
                return Optional.empty();
            }
            JsonNode annotations = secret.get().path("metadata").path("annotations");
            long itsSerial = annotations.path(SERIAL).asLong(0);
            if (part == 0) {
                found = itsSerial;
                owner = annotations.path(CLUSTER).asText("");
                parts = Math.min(annotations.path(PARTS).asInt(1), PARTS_PER_SET);
            } else if (itsSerial != found) {
                return Optional.empty();
            }
            stream.writeBytes(Base64.getDecoder()
                    .decode(secret.get().path("data").path(DATA).asText("")));
        }
        return Optional.of(new PartSet(found, owner, ByteString.copyFrom(stream.toByteArray())));
    }

    private void put(int number, long itsSerial, int parts, byte[] slice) {
        ObjectNode secret = Json.object().put("apiVersion", "v1").put("kind", "Secret");
        ObjectNode metadata = secret.putObject("metadata").put("name", name(number));
        metadata.putObject("annotations")
                .put(SERIAL, Long.toString(itsSerial))
                .put(PARTS, Integer.toString(parts))
                .put(CLUSTER, clusterId);
        secret.putObject("data").put(DATA, Base64.getEncoder().encodeToString(slice));
        // Not Weft's label: a tombstone must never be able to remove the agent's own memory.
        api.patch(
                secrets + "/" + name(number) + "?fieldManager=weft-agent&force=true",
                KubeApi.APPLY,
                Json.write(secret));
    }

    private static String name(int number) {
        return "weft-state-" + number;
    }

    private static byte[] write(Desired desired, Bodies bodies) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(new GZIPOutputStream(stream))) {
            byte[] state = desired.toByteArray();
            out.writeInt(state.length);
            out.write(state);
            List<String> digests = new ArrayList<>(bodies.digests());
            out.writeInt(digests.size());
            for (String digest : digests) {
                byte[] raw = bodies.raw(digest);
                out.writeUTF(digest);
                out.writeInt(raw.length);
                out.write(raw);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return stream.toByteArray();
    }

    private static Saved read(ByteString stream) {
        try (DataInputStream in = new DataInputStream(new GZIPInputStream(stream.newInput()))) {
            Desired desired = Desired.parseFrom(in.readNBytes(bounded(in.readInt(), 16 * Bodies.MAX_RAW_BYTES)));
            int count = bounded(in.readInt(), MAX_BODIES);
            Map<String, byte[]> bodies = new HashMap<>();
            for (int i = 0; i < count; i++) {
                String digest = in.readUTF();
                bodies.put(digest, in.readNBytes(bounded(in.readInt(), Bodies.MAX_RAW_BYTES)));
            }
            return new Saved(desired, bodies);
        } catch (IOException e) {
            LOG.errorf(e, "the state kept in the cluster is unreadable; waiting for the hub's");
            return new Saved(Desired.getDefaultInstance(), Map.of());
        }
    }

    private static int bounded(int length, int max) throws IOException {
        if (length < 0 || length > max) {
            throw new IOException("length " + length + " is beyond " + max);
        }
        return length;
    }
}
