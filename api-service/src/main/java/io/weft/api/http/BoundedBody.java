package io.weft.api.http;

import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** Reads a body that may be longer than allowed, or come slower than allowed. */
public final class BoundedBody {
    private static final Duration MOST_TIME = Duration.ofSeconds(60);
    private static final int CHUNK_BYTES = 64 * 1024;

    private BoundedBody() {}

    /**
     * All bytes of the body; never more than one byte too many is taken in.
     *
     * @throws Problem 413 when there are more than {@code most}, 400 when they are not here within a minute: a caller who
     *     sends one byte now and then would hold one of the threads that answer everybody
     */
    public static byte[] read(InputStream body, int most) throws IOException {
        long begin = System.nanoTime();
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        byte[] chunk = new byte[CHUNK_BYTES];
        for (int count = 0; count >= 0; count = body.read(chunk, 0, Math.min(CHUNK_BYTES, most + 1 - read.size()))) {
            read.write(chunk, 0, count);
            if (read.size() > most) {
                throw Problem.of(ProblemType.BODY_TOO_LARGE, "The body may have at most " + most + " bytes");
            }
            if (System.nanoTime() - begin > MOST_TIME.toNanos()) {
                throw Problem.of(
                        ProblemType.BODY_UNREADABLE, "The body did not arrive within " + MOST_TIME.toSeconds() + " s");
            }
        }
        return read.toByteArray();
    }
}
