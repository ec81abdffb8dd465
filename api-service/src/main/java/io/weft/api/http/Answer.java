package io.weft.api.http;

import org.jspecify.annotations.Nullable;

/**
 * What a write answers.
 *
 * @param status of HTTP
 * @param location path of the new object, absent when there is none
 * @param secretId public id of the object when the body holds a secret: the body is then never stored
 */
public record Answer(
        int status,
        @Nullable Object body,
        @Nullable String location,
        @Nullable String secretId) {
    public static Answer ok(Object body) {
        return new Answer(200, body, null, null);
    }

    /** 201; {@code collection} such as {@code clusters}. */
    public static Answer created(String collection, String id, Object body) {
        return new Answer(201, body, "/api/v1/" + collection + "/" + id, null);
    }

    public static Answer createdWithSecret(String collection, String id, Object body) {
        return new Answer(201, body, "/api/v1/" + collection + "/" + id, id);
    }

    /** 202 for work that goes on after the answer. */
    public static Answer accepted(String path, Object body) {
        return new Answer(202, body, "/api/v1/" + path, null);
    }

    public static Answer nothing() {
        return new Answer(204, null, null, null);
    }
}
