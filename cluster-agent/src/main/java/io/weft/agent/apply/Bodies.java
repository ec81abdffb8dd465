package io.weft.agent.apply;

import io.weft.protocol.v1.BodyChunk;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Bodies by digest, held as gzip. Nothing gets in whose content does not have its digest. */
final class Bodies {
    static final int MAX_RAW_BYTES = 1024 * 1024;
    private static final int MAX_GZIP_BYTES = MAX_RAW_BYTES + 1024;

    private final Map<String, byte[]> held = new ConcurrentHashMap<>();
    private final Map<String, ByteArrayOutputStream> arriving = new HashMap<>();

    /** Adds a body that came inline. Throws IllegalArgumentException when it is too large or not what its digest says. */
    void add(String digest, byte[] gzip) {
        byte[] raw = inflate(digest, gzip);
        if (!digest.equals(digestOf(raw))) {
            throw new IllegalArgumentException("body " + digest + " has other content than its digest says");
        }
        held.put(digest, gzip);
    }

    /** Adds a part; returns true when that completed the body. */
    synchronized boolean add(BodyChunk chunk) {
        ByteArrayOutputStream body = arriving.computeIfAbsent(chunk.getDigest(), _ -> new ByteArrayOutputStream());
        if (chunk.getOffset() != body.size() || body.size() + chunk.getData().size() > MAX_GZIP_BYTES) {
            arriving.remove(chunk.getDigest());
            throw new IllegalArgumentException("body " + chunk.getDigest() + ": part at " + chunk.getOffset()
                    + " does not follow " + body.size() + " bytes, or is too large");
        }
        body.writeBytes(chunk.getData().toByteArray());
        if (chunk.getLast()) {
            arriving.remove(chunk.getDigest());
            add(chunk.getDigest(), body.toByteArray());
        }
        return chunk.getLast();
    }

    /** A stream that ended leaves half bodies; the next one begins anew. */
    synchronized void forgetParts() {
        arriving.clear();
    }

    Set<String> digests() {
        return Set.copyOf(held.keySet());
    }

    void retain(Collection<String> digests) {
        held.keySet().retainAll(Set.copyOf(digests));
    }

    /** The raw JSON. Throws IllegalStateException when it is not held. */
    byte[] raw(String digest) {
        byte[] gzip = held.get(digest);
        if (gzip == null) {
            throw new IllegalStateException("body " + digest + " is not held");
        }
        return inflate(digest, gzip);
    }

    void addRaw(String digest, byte[] raw) {
        add(digest, deflate(raw));
    }

    static byte[] deflate(byte[] raw) {
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
            out.write(raw);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return gzip.toByteArray();
    }

    private static byte[] inflate(String digest, byte[] gzip) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
            byte[] raw = in.readNBytes(MAX_RAW_BYTES + 1);
            if (raw.length > MAX_RAW_BYTES) {
                throw new IllegalArgumentException("body " + digest + " is larger than " + MAX_RAW_BYTES + " bytes");
            }
            return raw;
        } catch (IOException e) {
            throw new IllegalArgumentException("body " + digest + " is no gzip", e);
        }
    }

    static String digestOf(byte[] raw) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(raw));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
