package io.weft.agent;

import com.google.protobuf.ByteString;
import io.weft.agent.kube.Json;
import io.weft.agent.plan.ObjectKey;
import io.weft.protocol.v1.BodyRef;
import io.weft.protocol.v1.Check;
import io.weft.protocol.v1.Desired;
import io.weft.protocol.v1.Layer;
import io.weft.protocol.v1.Phase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;

/** Desired states for tests: layers of JSON bodies with real digests. */
public final class DesiredBuilder {
    private final Map<String, List<BodyRef>> layers = new TreeMap<>();
    private final List<ObjectKey> tombstones = new ArrayList<>();
    private final Map<String, List<Check>> checks = new TreeMap<>();
    private final List<String> order = new ArrayList<>();

    public DesiredBuilder object(String layer, String json) {
        var body = Json.read(json);
        String apiVersion = body.path("apiVersion").asText();
        int slash = apiVersion.indexOf('/');
        ObjectKey key = new ObjectKey(
                slash < 0 ? "" : apiVersion.substring(0, slash),
                apiVersion.substring(slash + 1),
                body.path("kind").asText(),
                body.path("metadata").path("namespace").asText(""),
                body.path("metadata").path("name").asText());
        return body(layer, key, json);
    }

    public DesiredBuilder document(String layer, String kind, String name, String json) {
        return body(layer, new ObjectKey("weft.io", "v1", kind, "", name), json);
    }

    public DesiredBuilder check(String layer, Check check) {
        checks.computeIfAbsent(layer, _ -> new ArrayList<>()).add(check);
        return this;
    }

    public DesiredBuilder tombstone(ObjectKey key) {
        tombstones.add(key);
        return this;
    }

    public Desired build(long version) {
        Desired.Builder desired =
                Desired.newBuilder().setVersion(version).setRegistrationEpoch(1).setNonce("n" + version);
        for (String name : order) {
            List<BodyRef> bodies = layers.getOrDefault(name, List.of());
            StringBuilder all = new StringBuilder(name);
            bodies.forEach(body -> all.append(body.getDigest()));
            desired.addLayers(Layer.newBuilder()
                    .setName(name)
                    .setDigest(digest(all.toString().getBytes(StandardCharsets.UTF_8)))
                    .addPhases(Phase.newBuilder()
                            .setName("objects")
                            .addAllBodies(bodies)
                            .addAllChecks(checks.getOrDefault(name, List.of()))));
        }
        tombstones.forEach(key -> desired.addTombstones(key.toRef()));
        return desired.build();
    }

    static byte[] gzip(byte[] raw) {
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
            out.write(raw);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return gzip.toByteArray();
    }

    private DesiredBuilder body(String layer, ObjectKey key, String json) {
        byte[] raw = json.getBytes(StandardCharsets.UTF_8);
        if (!order.contains(layer)) {
            order.add(layer);
        }
        layers.computeIfAbsent(layer, _ -> new ArrayList<>())
                .add(BodyRef.newBuilder()
                        .setObject(key.toRef())
                        .setDigest(digest(raw))
                        .setRawBytes(raw.length)
                        .setGzipInline(ByteString.copyFrom(gzip(raw)))
                        .build());
        return this;
    }

    static String digest(byte[] raw) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(raw));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
