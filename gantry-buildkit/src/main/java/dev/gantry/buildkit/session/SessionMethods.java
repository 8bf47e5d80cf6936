package dev.gantry.buildkit.session;

import com.google.protobuf.Message;
import fsutil.types.Packet;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.protobuf.ProtoUtils;
import moby.buildkit.secrets.v1.GetSecretRequest;
import moby.buildkit.secrets.v1.GetSecretResponse;
import moby.filesync.v1.BytesMessage;
import moby.filesync.v1.CredentialsRequest;
import moby.filesync.v1.CredentialsResponse;
import moby.sshforward.v1.CheckAgentRequest;
import moby.sshforward.v1.CheckAgentResponse;

/// What a client answers.
public final class SessionMethods {
    public static final MethodDescriptor<CredentialsRequest, CredentialsResponse> CREDENTIALS = method(
            MethodType.UNARY,
            "moby.filesync.v1.Auth/Credentials",
            CredentialsRequest.getDefaultInstance(),
            CredentialsResponse.getDefaultInstance());

    public static final MethodDescriptor<GetSecretRequest, GetSecretResponse> SECRET = method(
            MethodType.UNARY,
            "moby.buildkit.secrets.v1.Secrets/GetSecret",
            GetSecretRequest.getDefaultInstance(),
            GetSecretResponse.getDefaultInstance());

    static final MethodDescriptor<CheckAgentRequest, CheckAgentResponse> CHECK_AGENT = method(
            MethodType.UNARY,
            "moby.sshforward.v1.SSH/CheckAgent",
            CheckAgentRequest.getDefaultInstance(),
            CheckAgentResponse.getDefaultInstance());

    static final MethodDescriptor<moby.sshforward.v1.BytesMessage, moby.sshforward.v1.BytesMessage> FORWARD_AGENT =
            method(
                    MethodType.BIDI_STREAMING,
                    "moby.sshforward.v1.SSH/ForwardAgent",
                    moby.sshforward.v1.BytesMessage.getDefaultInstance(),
                    moby.sshforward.v1.BytesMessage.getDefaultInstance());

    public static final MethodDescriptor<BytesMessage, BytesMessage> SEND_BYTES = method(
            MethodType.BIDI_STREAMING,
            "moby.filesync.v1.FileSend/DiffCopy",
            BytesMessage.getDefaultInstance(),
            BytesMessage.getDefaultInstance());

    /// The same call, for a directory.
    public static final MethodDescriptor<Packet, Packet> SEND_FILES = method(
            MethodType.BIDI_STREAMING,
            "moby.filesync.v1.FileSend/DiffCopy",
            Packet.getDefaultInstance(),
            Packet.getDefaultInstance());

    public static final MethodDescriptor<moby.upload.v1.BytesMessage, moby.upload.v1.BytesMessage> PULL = method(
            MethodType.BIDI_STREAMING,
            "moby.upload.v1.Upload/Pull",
            moby.upload.v1.BytesMessage.getDefaultInstance(),
            moby.upload.v1.BytesMessage.getDefaultInstance());

    private SessionMethods() {}

    static <Q extends Message, A extends Message> MethodDescriptor<Q, A> method(
            MethodType type, String name, Q request, A response) {
        return MethodDescriptor.<Q, A>newBuilder()
                .setType(type)
                .setFullMethodName(name)
                .setRequestMarshaller(ProtoUtils.marshaller(request))
                .setResponseMarshaller(ProtoUtils.marshaller(response))
                .build();
    }
}
