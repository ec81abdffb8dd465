package io.weft.local;

import java.io.IOException;

/** A running child process. */
interface LocalProcess extends AutoCloseable {
    String name();

    ProcessHandle handle();

    /** Ends it in good order, or by force if it takes too long. */
    @Override
    void close() throws IOException;
}
