package io.weft.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * How a child is started: never as root (PostgreSQL refuses it, Kafka has no use for it), and so that the kernel ends it
 * with the process that started it, even when that one is killed.
 */
final class Unprivileged {
    private static final String USER = "nobody";

    private final boolean root;

    Unprivileged() {
        root = "root".equals(System.getProperty("user.name"));
    }

    /**
     * The command as the unprivileged user.
     *
     * @param signalOnDeath name of the signal that the child gets when its parent thread ends, for example {@code INT}
     * @param needed folders that it reads or writes
     */
    List<String> command(String signalOnDeath, List<String> command, List<Path> needed) throws IOException {
        List<String> whole = new ArrayList<>(List.of("setpriv", "--pdeathsig", signalOnDeath));
        if (root) {
            Account account = account();
            whole.addAll(List.of("--reuid", account.uid(), "--regid", account.gid(), "--clear-groups"));
        }
        whole.addAll(command);
        return root ? ClosedFolders.openFor(needed, whole) : whole;
    }

    /** Makes a folder (and what is in it) the unprivileged user's. A link in it stays a link: it may lead anywhere. */
    void own(Path folder) throws IOException {
        Files.createDirectories(folder);
        if (!root) {
            return;
        }
        var user = folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                Files.getFileAttributeView(file, FileOwnerAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                        .setOwner(user);
            }
        }
    }

    private static Account account() throws IOException {
        for (String line : Files.readAllLines(Path.of("/etc/passwd"))) {
            String[] fields = line.split(":", -1);
            if (fields.length > 3 && fields[0].equals(USER)) {
                return new Account(fields[2], fields[3]);
            }
        }
        throw new IOException("There is no user " + USER + " in /etc/passwd to run PostgreSQL and Kafka as");
    }

    private record Account(String uid, String gid) {}
}
