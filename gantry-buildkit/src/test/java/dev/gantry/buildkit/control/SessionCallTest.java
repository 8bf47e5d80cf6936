package dev.gantry.buildkit.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.buildkit.session.Sessions;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import moby.buildkit.v1.BytesMessage;
import org.junit.jupiter.api.Test;

class SessionCallTest {
    private final CompletableFuture<Status> closed = new CompletableFuture<>();

    private final class Call extends ServerCall<BytesMessage, BytesMessage> {
        @Override
        public void request(int number) {}

        @Override
        public void sendHeaders(Metadata head) {}

        @Override
        public void sendMessage(BytesMessage message) {}

        @Override
        public void close(Status status, Metadata trailers) {
            closed.complete(status);
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public MethodDescriptor<BytesMessage, BytesMessage> getMethodDescriptor() {
            return ControlMethods.both(ControlMethods.CONTROL, "Session", BytesMessage.getDefaultInstance());
        }
    }

    @Test
    void aFaultOfOursEndsTheCall() throws Exception {
        SessionCall.begin(new Call(), new Metadata(), new Sessions(), () -> {
            throw new IllegalStateException("broken");
        });
        assertThat(closed.get(60, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.INTERNAL);
    }
}
