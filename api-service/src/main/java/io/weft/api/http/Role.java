package io.weft.api.http;

import java.util.Locale;

/** What a credential may do. Editor, operator and admin include the one before; auditor stands apart. */
public enum Role {
    VIEWER,
    EDITOR,
    OPERATOR,
    ADMIN,
    AUDITOR;

    /** The word used in JSON and SQL. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Role of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
