package io.weft.model.release;

/** An archive that cannot or must not be read; the message completes "the bundle ...". */
final class BadArchive extends Exception {
    private static final long serialVersionUID = 1;

    BadArchive(String message) {
        super(message);
    }
}
