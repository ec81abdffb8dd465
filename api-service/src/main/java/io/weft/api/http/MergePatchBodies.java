package io.weft.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyReader;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;

/** Reads the body of a PATCH. */
@Provider
@Consumes(MergePatch.MEDIA_TYPE)
class MergePatchBodies implements MessageBodyReader<MergePatch> {
    private final CurrentCall call;

    MergePatchBodies(CurrentCall call) {
        this.call = call;
    }

    @Override
    public boolean isReadable(Class<?> type, Type generic, Annotation[] annotations, MediaType mediaType) {
        return type == MergePatch.class;
    }

    @Override
    public MergePatch readFrom(
            Class<MergePatch> type,
            Type generic,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, String> headers,
            InputStream body)
            throws IOException {
        JsonNode tree = JsonTrees.read(body, call);
        if (tree instanceof ObjectNode object) {
            return new MergePatch(object);
        }
        throw Problem.of(ProblemType.BODY_UNREADABLE, "A merge patch is a JSON object with the fields to change");
    }
}
