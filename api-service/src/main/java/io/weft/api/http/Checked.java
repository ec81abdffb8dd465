package io.weft.api.http;

/** A request record with rules that tie several of its fields together; asked once all its fields are of the right type. */
public interface Checked {
    /** Reports what is wrong; {@code path} is where this record stands in the caller's document, empty at the top. */
    void check(Violations violations, String path);
}
