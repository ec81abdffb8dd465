package io.weft.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * Entity tags: {@code "g<generation>-s<status version>"}. {@code If-None-Match} compares all of it; {@code If-Match}
 * only the generation, so that a changing status never makes a write fail. The status version is a checksum of the
 * status as answered: every change of what a caller sees changes it.
 */
@ApplicationScoped
public class EntityTags {
    private static final Pattern FORM = Pattern.compile("(?:W/)?\"g(\\d{1,18})-s[0-9a-f]{1,16}\"");

    private final CurrentCall call;
    private final ObjectMapper json;

    EntityTags(CurrentCall call, ObjectMapper json) {
        this.call = call;
        this.json = json;
    }

    String of(Viewed view) {
        JsonNode status = json.valueToTree(view.status());
        CRC32 checksum = new CRC32();
        checksum.update(status.toString().getBytes(StandardCharsets.UTF_8));
        return "\"g" + view.generation() + "-s" + Long.toHexString(checksum.getValue()) + "\"";
    }

    boolean readerHas(String tag) {
        return call.ifNoneMatch()
                .filter(sent ->
                        sent.equals("*") || List.of(sent.split("\\s*,\\s*")).contains(tag))
                .isPresent();
    }

    /** Whether the caller said which generation it has read; without it the last write wins. */
    public boolean conditional() {
        return call.ifMatch().isPresent();
    }

    /** As {@link #requireCurrent}, for an object that nobody can change and that therefore stays at generation 1. */
    public void requireFirst() {
        requireCurrent(1);
    }

    /**
     * Refuses a write to an object that has changed since the caller read it.
     *
     * @throws Problem 412 with both generations
     */
    public void requireCurrent(long generation) {
        call.ifMatch().filter(sent -> !sent.equals("*")).ifPresent(sent -> {
            long expected = expected(sent);
            if (expected != generation) {
                throw Problem.of(
                                ProblemType.PRECONDITION_FAILED,
                                "If-Match names generation " + expected + ", the object is at " + generation
                                        + ": read it again and repeat the change")
                        .with("expectedGeneration", expected)
                        .with("currentGeneration", generation);
            }
        });
    }

    private static long expected(String sent) {
        Matcher matcher = FORM.matcher(sent);
        if (!matcher.matches()) {
            throw Problem.of(
                    ProblemType.PARAMETER_INVALID, "If-Match must be one ETag of this API, such as \"g4-s1f\"");
        }
        return Long.parseLong(matcher.group(1));
    }
}
