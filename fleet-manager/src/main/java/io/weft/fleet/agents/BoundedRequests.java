package io.weft.fleet.agents;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;

/** Refuses requests that are larger than a service needs before they are parsed. */
final class BoundedRequests implements ServerInterceptor {
    private final int maxBytes;

    private BoundedRequests(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    static ServerServiceDefinition of(ServerServiceDefinition service, int maxBytes) {
        return ServerInterceptors.intercept(
                ServerInterceptors.useInputStreamMessages(service), new BoundedRequests(maxBytes));
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            private boolean refused;

            @Override
            public void onMessage(Q message) {
                if (message instanceof InputStream bytes && size(bytes) > maxBytes) {
                    refused = true;
                    call.close(
                            Status.RESOURCE_EXHAUSTED.withDescription(
                                    "A request has at most " + maxBytes + " bytes here"),
                            new Metadata());
                    return;
                }
                super.onMessage(message);
            }

            @Override
            public void onHalfClose() {
                if (!refused) {
                    super.onHalfClose();
                }
            }
        };
    }

    /** A received message is whole in memory: what is available is all of it. */
    private static int size(InputStream message) {
        try {
            return message.available();
        } catch (IOException _) {
            return Integer.MAX_VALUE;
        }
    }
}
