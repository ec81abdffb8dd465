package io.weft.e2e.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessesTest {
    private static final Duration GRACE = Duration.ofSeconds(5);

    @TempDir
    Path state;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private Layout layout = new Layout(Path.of("/"), Path.of("/"), Path.of("/"));
    private Processes processes = new Processes(layout, new Say(System.out, Duration.ZERO));

    @BeforeEach
    void inAFolderOfItsOwn() {
        layout = new Layout(state, state, state);
        processes = new Processes(layout, new Say(new PrintStream(said, true, StandardCharsets.UTF_8), Duration.ZERO));
    }

    @AfterEach
    void nothingStaysBehind() {
        processes.end("sleeper", GRACE);
        assertThat(processes.endStrays(GRACE)).isEmpty();
    }

    @Test
    void aPartThatRunsIsNotStartedTwice() {
        processes.ensure(sleeper("60"));
        RunFile first = running();
        processes.ensure(sleeper("60"));
        assertThat(running()).isEqualTo(first);
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("already running, pid " + first.pid());
    }

    @Test
    void aPartThatWouldBeStartedDifferentlyIsRestarted() {
        processes.ensure(sleeper("60"));
        RunFile first = running();
        processes.ensure(sleeper("61"));
        assertThat(first.alive()).isFalse();
        assertThat(running().pid()).isNotEqualTo(first.pid());
    }

    @Test
    void aPartThatDiedIsStartedAgain() {
        processes.ensure(sleeper("60"));
        RunFile first = running();
        ProcessHandle process = ProcessHandle.of(first.pid()).orElseThrow();
        assertThat(process.destroyForcibly()).isTrue();
        process.onExit().join();
        processes.ensure(sleeper("60"));
        assertThat(running().pid()).isNotEqualTo(first.pid());
    }

    @Test
    void aPartThatEndsByItselfIsReportedWithItsLastLogLines() {
        Part broken = part(List.of("sh", "-c", "echo no database here; exit 3"), () -> "not yet");
        assertThatThrownBy(() -> processes.ensure(broken))
                .isInstanceOfSatisfying(
                        Failure.class,
                        failure -> assertThat(failure.report())
                                .contains("sleeper failed: it ended by itself", "no database here", "what to do"));
    }

    @Test
    void aPartThatIsNeverReadyIsReportedWithWhatIsMissing() {
        Part slow = part(List.of("sleep", "60"), () -> "the address does not answer");
        assertThatThrownBy(() -> processes.ensure(slow))
                .hasMessageContaining("not ready after 2 s: the address does not answer");
    }

    @Test
    void aProcessWhoseRunFileWasNeverWrittenIsEnded() throws IOException {
        processes.ensure(sleeper("60"));
        RunFile lost = running();
        Files.delete(layout.run().resolve("sleeper.json")); // as if the launcher was killed before writing it
        assertThat(processes.endStrays(GRACE)).containsExactly(lost.pid());
        assertThat(lost.alive()).isFalse();
    }

    @Test
    void whatALivingProcessStartedForItselfIsNoStrayUntilItDies() throws Exception {
        Process mine = startWith(layout.ownMark());
        Process orphan = startWith(Map.of(Layout.MARK, layout.state().toString(), Layout.OWNER, deadPid()));
        try {
            assertThat(processes.endStrays(GRACE)).containsExactly(orphan.pid());
            assertThat(mine.isAlive()).isTrue();
        } finally {
            mine.destroyForcibly();
            orphan.destroyForcibly();
        }
    }

    private static Process startWith(Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("sleep", "60");
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static String deadPid() throws Exception {
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();
        return Long.toString(ended.pid());
    }

    @Test
    void aProcessOfAnotherFolderIsNoStray(@TempDir Path other) {
        Layout elsewhere = new Layout(other, other, other);
        Processes neighbours = new Processes(elsewhere, new Say(System.out, Duration.ZERO));
        neighbours.ensure(sleeper("60"));
        try {
            assertThat(processes.endStrays(GRACE)).isEmpty();
        } finally {
            assertThat(neighbours.end("sleeper", GRACE)).isTrue();
        }
    }

    @Test
    void aReusedPidIsNotTakenForThePart() {
        long pid = ProcessHandle.current().pid();
        long ticks = RunFile.startTicks(pid).orElseThrow();
        assertThat(new RunFile("sleeper", pid, ticks, "", "", List.of()).alive())
                .isTrue();
        assertThat(new RunFile("sleeper", pid, ticks - 1, "", "", List.of()).alive())
                .isFalse();
    }

    @Test
    void aTakenPortIsReportedWithThePortAndItsOwner() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Part.Listen listen = new Part.Listen("REST API", "127.0.0.1", taken.getLocalPort());
            assertThatThrownBy(() -> Ports.mustBeFree("api-service", listen))
                    .isInstanceOf(Failure.class)
                    .hasMessageContainingAll(
                            "port " + taken.getLocalPort(),
                            "REST API",
                            "pid " + ProcessHandle.current().pid(),
                            "java");
        }
    }

    @Test
    void whatIsRunAgainAndAgainEndsWithItsPartWhileItWaits() {
        List<String> loop = HubParts.again(Duration.ofMillis(200), List.of("sh", "-c", "echo done; exit 3"));
        processes.ensure(part(
                loop, () -> Failure.lastLines(layout.log("sleeper"), 9).size() < 2 ? "two runs" : ""));

        processes.ensure(part(HubParts.again(Duration.ofHours(6), List.of("true")), () -> ""));
        RunFile waiting = running();
        assertThat(processes.end("sleeper", GRACE)).isTrue();

        assertThat(waiting.alive()).isFalse();
        assertThat(processes.endStrays(GRACE)).as("the pause itself has ended").isEmpty();
    }

    @Test
    void theEnvironmentStandsInNoRunFile() throws IOException {
        processes.ensure(part(List.of("sleep", "60"), () -> "", Map.of("PASSWORD", "very-secret")));
        assertThat(Files.readString(layout.run().resolve("sleeper.json"))).doesNotContain("very-secret");
    }

    private RunFile running() {
        Optional<RunFile> run = RunFile.read(layout.run(), "sleeper");
        assertThat(run).hasValueSatisfying(file -> assertThat(file.alive()).isTrue());
        return run.orElseThrow();
    }

    private static Part sleeper(String seconds) {
        return part(List.of("sleep", seconds), () -> "");
    }

    private static Part part(List<String> command, Part.Ready ready) {
        return part(command, ready, Map.of());
    }

    private static Part part(List<String> command, Part.Ready ready, Map<String, String> environment) {
        return new Part(
                "sleeper",
                command,
                environment,
                List.of(),
                List.of(),
                ready,
                Duration.ofSeconds(2),
                Duration.ofSeconds(5));
    }
}
