package io.weft.api.http;

/** Beginnings of public ids, one per type of object. */
public final class Prefix {
    public static final String ORGANISATION = "org";
    public static final String API_KEY = "key";
    public static final String SERVICE_ACCOUNT = "sa";
    public static final String ROLE_BINDING = "rbn";
    public static final String CLUSTER = "clu";
    public static final String ENROLMENT_TOKEN = "enr";
    public static final String RELEASE = "ren";
    public static final String MESH = "msh";
    public static final String INSTALLATION = "ins";
    public static final String POLICY = "pol";
    public static final String ROLLOUT = "rol";
    public static final String ROLLOUT_COMMAND = "cmd";
    public static final String PROBE = "prb";
    public static final String PROBE_RUN = "run";
    public static final String AUDIT_ENTRY = "aud";

    private Prefix() {}
}
