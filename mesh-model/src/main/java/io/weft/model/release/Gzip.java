package io.weft.model.release;

import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Unpacks one gzip member into memory, never more of it than was allowed. */
final class Gzip {
    private static final int HEADER = 10;
    private static final int TRAILER = 8;
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;
    private static final int HEADER_CRC = 2;

    private Gzip() {}

    /** Throws BadArchive for what is no gzip or unpacks to more than the limit in bytes. */
    static byte[] unpack(byte[] packed, int limit) throws BadArchive {
        int from = bodyOffset(packed);
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(packed, from, packed.length - from);
            byte[] out = new byte[Math.clamp(packed.length * 6L, 1, limit + 1)];
            int length = 0;
            while (!inflater.finished()) {
                int read = inflater.inflate(out, length, out.length - length);
                length += read;
                if (length > limit) {
                    throw new BadArchive("unpacks to more than " + limit + " bytes");
                }
                if (read == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
                    throw new BadArchive("ends in the middle");
                }
                if (length == out.length) {
                    out = Arrays.copyOf(out, (int) Math.min(out.length * 2L, limit + 1L));
                }
            }
            checkTrailer(packed, packed.length - inflater.getRemaining(), out, length);
            return Arrays.copyOf(out, length);
        } catch (DataFormatException e) {
            throw new BadArchive("is no gzip: " + e.getMessage());
        } finally {
            inflater.end();
        }
    }

    /** CRC and length, little-endian, are the end of the file: a cut or patched one is noticed. */
    private static void checkTrailer(byte[] packed, int at, byte[] out, int length) throws BadArchive {
        if (packed.length - at != TRAILER) {
            throw new BadArchive("has " + (packed.length - at) + " bytes behind its contents instead of " + TRAILER);
        }
        CRC32 crc = new CRC32();
        crc.update(out, 0, length);
        if (little(packed, at) != (int) crc.getValue() || little(packed, at + 4) != length) {
            throw new BadArchive("does not have the checksum it names");
        }
    }

    private static int little(byte[] bytes, int at) {
        return (bytes[at] & 0xff)
                | (bytes[at + 1] & 0xff) << 8
                | (bytes[at + 2] & 0xff) << 16
                | (bytes[at + 3] & 0xff) << 24;
    }

    private static int bodyOffset(byte[] packed) throws BadArchive {
        if (packed.length < HEADER + TRAILER
                || (packed[0] & 0xff) != 0x1f
                || (packed[1] & 0xff) != 0x8b
                || packed[2] != 8) {
            throw new BadArchive("is no gzip");
        }
        int flags = packed[3];
        int at = HEADER;
        if ((flags & EXTRA) != 0) {
            at += 2 + (packed[at] & 0xff) + ((packed[at + 1] & 0xff) << 8);
        }
        at = (flags & NAME) != 0 ? pastZero(packed, at) : at;
        at = (flags & COMMENT) != 0 ? pastZero(packed, at) : at;
        at += (flags & HEADER_CRC) != 0 ? 2 : 0;
        if (at >= packed.length) {
            throw new BadArchive("ends in its header");
        }
        return at;
    }

    private static int pastZero(byte[] packed, int from) throws BadArchive {
        for (int i = from; i < packed.length; i++) {
            if (packed[i] == 0) {
                return i + 1;
            }
        }
        throw new BadArchive("ends in its header");
    }
}
