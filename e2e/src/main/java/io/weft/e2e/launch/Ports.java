package io.weft.e2e.launch;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Who listens where. */
final class Ports {
    // local address, remote address, state 0A = LISTEN, ..., inode
    private static final Pattern LISTENER =
            Pattern.compile("^\\s*\\d+: [0-9A-F]+:([0-9A-F]{4}) \\S+ 0A (?:\\S+\\s+){5}(\\d+)");
    private static final Pattern SOCKET = Pattern.compile("socket:\\[(\\d+)]");

    private Ports() {}

    /** Throws {@link Failure} that names the port and the process that has it. */
    static void mustBeFree(String part, Part.Listen listen) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true); // connections of an ended process linger; they do not take the port
            probe.bind(new InetSocketAddress(InetAddress.ofLiteral(listen.host()), listen.port()));
        } catch (IOException taken) {
            throw new Failure(
                    part,
                    "port " + listen.port() + " on " + listen.host() + " (" + listen.purpose() + ") is taken"
                            + owner(listen.port()).map(who -> " by " + who).orElse(": " + taken.getMessage()),
                    "end that process, or choose other ports with WEFT_PORT=<first port>, then run ./weft again");
        }
    }

    /** The process that listens on the port: {@code pid 4711 (java ...)}. */
    static Optional<String> owner(int port) {
        return inode(port).flatMap(Ports::holder);
    }

    private static Optional<String> inode(int port) {
        String wanted = HexFormat.of().withUpperCase().toHexDigits((short) port);
        return Stream.of("tcp", "tcp6")
                .flatMap(table -> linesOf(Path.of("/proc/net", table)).stream())
                .map(LISTENER::matcher)
                .filter(Matcher::find)
                .filter(row -> row.group(1).equals(wanted))
                .map(row -> row.group(2))
                .findFirst();
    }

    private static List<String> linesOf(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException absent) {
            return List.of();
        }
    }

    private static Optional<String> holder(String inode) {
        return ProcessHandle.allProcesses()
                .filter(process -> holds(process.pid(), inode))
                .map(process -> "pid " + process.pid() + " ("
                        + process.info()
                                .command()
                                .map(c -> Path.of(c).getFileName() + "")
                                .orElse("unknown program") + ")")
                .findFirst();
    }

    private static boolean holds(long pid, String inode) {
        try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return files.anyMatch(file -> {
                try {
                    Matcher socket = SOCKET.matcher(Files.readSymbolicLink(file).toString());
                    return socket.matches() && socket.group(1).equals(inode);
                } catch (IOException closedMeanwhile) {
                    return false;
                }
            });
        } catch (IOException notOurs) {
            return false;
        }
    }
}
