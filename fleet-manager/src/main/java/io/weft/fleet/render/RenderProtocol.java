package io.weft.fleet.render;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What goes to the child process on its standard input. */
final class RenderProtocol {
    /** Stands before the answer, because Helm's own code may write to standard output as well. */
    static final String MARK = "\n--- answer of the renderer ---\n";

    private static final int MAX_PART = 64 * 1024 * 1024;
    private static final int MAX_JOBS = 16;

    private RenderProtocol() {}

    record Request(String kubernetesVersion, List<ChartJob> jobs) {}

    static void write(DataOutputStream out, Request request) throws IOException {
        text(out, request.kubernetesVersion());
        out.writeInt(request.jobs().size());
        for (ChartJob job : request.jobs()) {
            text(out, job.chart());
            bytes(out, job.archive());
            text(out, job.valuesJson());
            text(out, job.releaseName());
            text(out, job.namespace());
        }
        out.flush();
    }

    static Request read(DataInputStream in) throws IOException {
        String kubernetesVersion = text(in);
        int count = in.readInt();
        if (count < 0 || count > MAX_JOBS) {
            throw new IOException("expected at most " + MAX_JOBS + " charts, got " + count);
        }
        List<ChartJob> jobs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            jobs.add(new ChartJob(text(in), bytes(in), text(in), text(in), text(in)));
        }
        return new Request(kubernetesVersion, jobs);
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        bytes(out, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(bytes(in), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > MAX_PART) {
            throw new IOException("a part of " + length + " bytes");
        }
        return in.readNBytes(length);
    }
}
