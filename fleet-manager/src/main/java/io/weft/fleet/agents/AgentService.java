package io.weft.fleet.agents;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.weft.fleet.enrol.EnrolmentService;
import io.weft.fleet.enrol.Enrolments;
import io.weft.protocol.v1.AgentGrpc;
import io.weft.protocol.v1.AgentMessage;
import io.weft.protocol.v1.Certificate;
import io.weft.protocol.v1.HubMessage;
import io.weft.protocol.v1.RenewRequest;
import jakarta.inject.Singleton;

/** The service for agents with a certificate in force. */
@Singleton
final class AgentService extends AgentGrpc.AgentImplBase {
    private final Reports reports;
    private final Sessions sessions;
    private final DesiredStates states;
    private final Enrolments enrolments;

    AgentService(Reports reports, Sessions sessions, DesiredStates states, Enrolments enrolments) {
        this.reports = reports;
        this.sessions = sessions;
        this.states = states;
        this.enrolments = enrolments;
    }

    @Override
    public StreamObserver<AgentMessage> connect(StreamObserver<HubMessage> answers) {
        AgentStream stream = new AgentStream(
                Caller.current(), (ServerCallStreamObserver<HubMessage>) answers, reports, sessions, states);
        stream.start();
        return stream;
    }

    @Override
    public void renew(RenewRequest request, StreamObserver<Certificate> answer) {
        Caller caller = Caller.current();
        EnrolmentService.answer(
                enrolments.renew(
                        caller.agent(),
                        caller.keyFingerprint(),
                        request.getCsrDer().toByteArray()),
                answer);
    }
}
