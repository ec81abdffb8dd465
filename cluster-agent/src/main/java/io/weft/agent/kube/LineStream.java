package io.weft.agent.kube;

import com.fasterxml.jackson.databind.node.MissingNode;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A response read line by line on the caller's thread, one chunk in flight: a slow reader slows the server, not the heap. */
final class LineStream {
    private static final byte[] END = {};

    private final HttpClient http;
    private final HttpRequest request;
    private final int quietSeconds;
    private final BlockingQueue<byte[]> chunks = new LinkedBlockingQueue<>();
    private final ByteArrayOutputStream partial = new ByteArrayOutputStream();

    LineStream(HttpClient http, HttpRequest request, int quietSeconds) {
        this.http = http;
        this.request = request;
        this.quietSeconds = quietSeconds;
    }

    void forEach(Consumer<byte[]> line) {
        AsyncBody body = open();
        try {
            var _ = body.done().whenComplete((_, _) -> chunks.add(END));
            body.consume();
            for (byte[] chunk = next(); chunk != null && chunk.length > 0; chunk = next()) {
                split(chunk, line);
                body.consume();
            }
        } finally {
            body.cancel();
        }
    }

    private AsyncBody open() {
        String what = request.method() + " " + request.uri().getPath();
        try {
            HttpResponse<AsyncBody> response = http.consumeBytes(request, (buffers, _) -> chunks.add(joined(buffers)))
                    .get(KubeApi.ANSWER_SECONDS, TimeUnit.SECONDS);
            if (response.code() / 100 != 2) {
                response.body().cancel();
                throw new KubeRefusal(response.code(), MissingNode.getInstance(), what + ": HTTP " + response.code());
            }
            return response.body();
        } catch (ExecutionException | TimeoutException e) {
            throw KubeRefusal.unreachable(what, e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KubeRefusal.unreachable(what, e);
        }
    }

    /** The next chunk; null when the stream was silent for so long that it is as good as dead. */
    private byte @Nullable [] next() {
        try {
            return chunks.poll(quietSeconds, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private void split(byte[] chunk, Consumer<byte[]> line) {
        int start = 0;
        for (int i = 0; i < chunk.length; i++) {
            if (chunk[i] == '\n') {
                partial.write(chunk, start, i - start);
                if (partial.size() > 0) {
                    line.accept(partial.toByteArray());
                    partial.reset();
                }
                start = i + 1;
            }
        }
        partial.write(chunk, start, chunk.length - start);
    }

    private static byte[] joined(List<ByteBuffer> buffers) {
        byte[] bytes = new byte[buffers.stream().mapToInt(ByteBuffer::remaining).sum()];
        int at = 0;
        for (ByteBuffer buffer : buffers) {
            int length = buffer.remaining();
            buffer.get(bytes, at, length);
            at += length;
        }
        return bytes;
    }
}
