package io.weft.kit.id;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import java.util.UUID;

/** Time-ordered ids (RFC 9562, version 7): new rows land at the end of an index. */
public final class UuidV7 {
    private static final TimeBasedEpochGenerator GENERATOR = Generators.timeBasedEpochGenerator();

    private UuidV7() {}

    /** A new id; later calls of this process give greater ones. */
    public static UUID next() {
        return GENERATOR.generate();
    }
}
