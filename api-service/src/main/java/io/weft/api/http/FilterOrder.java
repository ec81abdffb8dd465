package io.weft.api.http;

/** Order of the request filters; each may rely on the ones before. */
public final class FilterOrder {
    /** Pre-matching: even the answer for an unknown path names its request. */
    public static final int REQUEST_ID = 100;

    public static final int AUTHENTICATION = 1000;
    public static final int PERMISSION = 2000;
    public static final int PARAMETERS = 3000;

    private FilterOrder() {}
}
