package io.weft.e2e.launch;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks a health address of this machine. */
final class Http {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private static final int MAX_SHOWN = 200;

    private Http() {}

    /** Ready when the address answers with this status. */
    static Part.Ready answers(String url, int status) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .timeout(Duration.ofSeconds(3))
                .build();
        return () -> {
            try {
                HttpResponse<String> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
                String body = answer.body().replaceAll("\\s+", " ");
                return answer.statusCode() == status
                        ? ""
                        : url + " answers " + answer.statusCode() + " "
                                + body.substring(0, Math.min(MAX_SHOWN, body.length()));
            } catch (IOException e) {
                return url + " does not answer";
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return url + " was not asked: interrupted";
            }
        };
    }
}
