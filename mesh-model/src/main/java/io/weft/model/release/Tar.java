package io.weft.model.release;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/** Lists the regular files of a tar archive in memory. Links, devices and names that leave the archive are refused. */
final class Tar {
    private static final int BLOCK = 512;
    private static final int MAX_EXTENDED_HEADER = 16 * 1024;

    private final byte[] tar;
    private final int maxEntries;
    private final SortedMap<String, byte[]> files = new TreeMap<>();
    private String longName = "";

    private Tar(byte[] tar, int maxEntries) {
        this.tar = tar;
        this.maxEntries = maxEntries;
    }

    /** Contents by name; throws BadArchive naming the entry that cannot be taken. */
    static SortedMap<String, byte[]> files(byte[] tar, int maxEntries) throws BadArchive {
        Tar reader = new Tar(tar, maxEntries);
        reader.read();
        return reader.files;
    }

    private void read() throws BadArchive {
        int at = 0;
        int entries = 0;
        while (at + BLOCK <= tar.length && tar[at] != 0) {
            if (++entries > maxEntries) {
                throw new BadArchive("has more than " + maxEntries + " entries");
            }
            long size = octal(at + 124, 12);
            int from = at + BLOCK;
            if (size > tar.length - from) {
                throw new BadArchive("ends in the middle of an entry");
            }
            entry(at, (char) tar[at + 156], from, (int) size);
            at = from + (int) ((size + BLOCK - 1) / BLOCK * BLOCK);
        }
    }

    private void entry(int header, char type, int from, int size) throws BadArchive {
        switch (type) {
            case '0', '\0' -> {
                String name = safe(longName.isEmpty() ? name(header) : longName);
                longName = "";
                if (files.put(name, Arrays.copyOfRange(tar, from, from + size)) != null) {
                    throw new BadArchive("holds " + name + " twice");
                }
            }
            case '5' -> {
                safe(longName.isEmpty() ? name(header) : longName);
                longName = "";
            }
            case 'x' -> longName = pathOf(text(from, extended(size)));
            case 'L' -> longName = text(from, extended(size));
            case 'g' -> {} // comments of the archive as a whole
            default ->
                throw new BadArchive("holds " + printable(name(header)) + " of type '" + printable(String.valueOf(type))
                        + "': only files and folders are taken");
        }
    }

    private static int extended(int size) throws BadArchive {
        if (size > MAX_EXTENDED_HEADER) {
            throw new BadArchive("has a name of " + size + " bytes");
        }
        return size;
    }

    /** The path of a pax header, whose records are {@code <length> <key>=<value>\n}. */
    private static String pathOf(String records) {
        for (String record : records.split("\n")) {
            int key = record.indexOf(" path=");
            if (key > 0) {
                return record.substring(key + " path=".length());
            }
        }
        return "";
    }

    private String name(int header) {
        String name = text(header, 100);
        String prefix = text(header + 257, 5).equals("ustar") ? text(header + 345, 155) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private static String safe(String name) throws BadArchive {
        String clean = name.startsWith("./") ? name.substring(2) : name;
        boolean leaves = clean.startsWith("/") || clean.contains("\\") || clean.contains("\0");
        for (String part : clean.split("/")) {
            leaves |= part.equals("..");
        }
        if (leaves) {
            throw new BadArchive("holds " + printable(name) + ", a name that leaves the archive");
        }
        return clean;
    }

    private String text(int from, int length) {
        int end = from;
        while (end < from + length && end < tar.length && tar[end] != 0) {
            end++;
        }
        return new String(tar, from, end - from, StandardCharsets.UTF_8);
    }

    private long octal(int from, int length) throws BadArchive {
        String text = text(from, length).strip();
        if (!text.matches("[0-7]{1,11}")) {
            throw new BadArchive("is no tar archive");
        }
        return Long.parseLong(text, 8);
    }

    private static String printable(String name) {
        String clean = name.replaceAll("[^\\x20-\\x7e]", "?");
        return clean.length() <= 100 ? clean : clean.substring(0, 100) + "...";
    }
}
