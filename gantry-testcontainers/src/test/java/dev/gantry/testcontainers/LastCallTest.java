package dev.gantry.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.docker.ApiRequest;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.Query;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LastCallTest {
    private static final Duration LONG = Duration.ofMinutes(10);

    private static ApiRequest request(String method, String path) {
        return new ApiRequest(method, path, Query.NONE, name -> null, InputStream.nullInputStream());
    }

    @Test
    void nothingIsMadeOrStartedAfterIt() {
        List<ApiRequest> beginning = List.of(
                request("POST", "/v1.44/containers/create"),
                request("POST", "/containers/a/start"),
                request("POST", "/containers/a/restart"),
                request("POST", "/v1.44/networks/create"));
        List<ApiRequest> others = List.of(
                request("POST", "/containers/a/stop"),
                request("DELETE", "/v1.44/containers/a"),
                request("GET", "/containers/json"));
        LastCall door = new LastCall(r -> ApiResponse.noContent());
        beginning.forEach(r -> assertThat(status(door, r)).isEqualTo(204));
        door.end(LONG);
        beginning.forEach(r -> assertThat(status(door, r)).as(r.path()).isEqualTo(503));
        others.forEach(r -> assertThat(status(door, r)).as(r.path()).isEqualTo(204));
    }

    @Test
    void whatIsBeingDoneIsAwaited() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        LastCall door = new LastCall(r -> {
            begun.countDown();
            try {
                goesOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return ApiResponse.noContent();
        });
        Thread client = Thread.ofVirtual().start(() -> door.handle(request("POST", "/containers/create")));
        begun.await();
        Thread end = Thread.ofVirtual().start(() -> door.end(LONG));
        assertThat(end.join(Duration.ofMillis(20))).isFalse();
        goesOn.countDown();
        end.join();
        client.join();
    }

    private static int status(LastCall door, ApiRequest request) {
        return switch (door.handle(request)) {
            case ApiResponse.Bytes answer -> answer.status();
            case ApiResponse.Empty answer -> answer.status();
            default -> 0;
        };
    }
}
