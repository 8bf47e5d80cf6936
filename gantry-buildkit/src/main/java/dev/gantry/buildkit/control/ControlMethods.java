package dev.gantry.buildkit.control;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.protobuf.ProtoUtils;

/// Descriptions of methods, from the default instances of what goes in and comes out.
final class ControlMethods {
    static final String CONTROL = "moby.buildkit.v1.Control";
    static final String BRIDGE = "moby.buildkit.v1.frontend.LLBBridge";

    private ControlMethods() {}

    static <Q extends Message, A extends Message> MethodDescriptor<Q, A> unary(
            String service, String name, Q request, A response) {
        return method(MethodType.UNARY, service, name, request, response);
    }

    static <Q extends Message, A extends Message> MethodDescriptor<Q, A> streaming(
            String service, String name, Q request, A response) {
        return method(MethodType.SERVER_STREAMING, service, name, request, response);
    }

    /// Of the same messages in both directions.
    static <M extends Message> MethodDescriptor<M, M> both(String service, String name, M message) {
        return method(MethodType.BIDI_STREAMING, service, name, message, message);
    }

    private static <Q extends Message, A extends Message> MethodDescriptor<Q, A> method(
            MethodType type, String service, String name, Q request, A response) {
        return MethodDescriptor.<Q, A>newBuilder()
                .setType(type)
                .setFullMethodName(service + "/" + name)
                .setRequestMarshaller(ProtoUtils.marshaller(request))
                .setResponseMarshaller(ProtoUtils.marshaller(response))
                .build();
    }
}
