package io.weft.api.http;

import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import java.io.IOException;
import java.io.InputStream;

/** Reads a body that may be longer than allowed: never more than one byte too many is taken in. */
public final class BoundedBody {
    private BoundedBody() {}

    /**
     * All bytes of the body.
     *
     * @throws Problem 413 when there are more than {@code most}
     */
    public static byte[] read(InputStream body, int most) throws IOException {
        byte[] bytes = body.readNBytes(most + 1);
        if (bytes.length > most) {
            throw Problem.of(ProblemType.BODY_TOO_LARGE, "The body may have at most " + most + " bytes");
        }
        return bytes;
    }
}
