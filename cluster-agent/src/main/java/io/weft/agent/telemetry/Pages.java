package io.weft.agent.telemetry;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.zip.GZIPInputStream;

/** Opens a metrics page of a pod. Carries no credentials. */
final class Pages {
    private static final int CONNECT_MILLIS = 1_000;
    private static final int READ_MILLIS = 2_000;

    private Pages() {}

    /** The page's content; the caller closes it. Throws IOException for any status but 200. */
    static InputStream open(String ip, int port, String path) throws IOException {
        String host = ip.contains(":") ? "[" + ip + "]" : ip;
        String url = "http://" + host + ":" + port
                + path.replace("|", "%7C")
                        .replace("[", "%5B")
                        .replace("]", "%5D")
                        .replace("^", "%5E")
                        .replace("\\", "%5C")
                        .replace("{", "%7B")
                        .replace("}", "%7D")
                        .replace(" ", "%20");
        if (!(URI.create(url).toURL().openConnection() instanceof HttpURLConnection connection)) {
            throw new IOException("no HTTP address: " + url);
        }
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setReadTimeout(READ_MILLIS);
        connection.setInstanceFollowRedirects(false);
        connection.setRequestProperty("Accept-Encoding", "gzip");
        if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
            int status = connection.getResponseCode();
            connection.disconnect();
            throw new IOException(url + " answered " + status);
        }
        InputStream in = connection.getInputStream();
        return "gzip".equals(connection.getContentEncoding()) ? new GZIPInputStream(in) : in;
    }
}
