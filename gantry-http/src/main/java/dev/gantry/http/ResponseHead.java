package dev.gantry.http;

import dev.gantry.docker.ApiResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;

/// Writes the heads of answers. The fields that never change are joined once.
final class ResponseHead {
    private static final DateTimeFormatter DATE = DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);

    private final Clock clock;
    private final String always;

    /// The second that `date` was written for; a race costs one more formatting.
    private volatile Stamp stamp = new Stamp(-1, "");

    private record Stamp(long second, String text) {}

    ResponseHead(Clock clock, Map<String, String> always) {
        this.clock = clock;
        StringBuilder fields = new StringBuilder();
        always.forEach(
                (name, value) -> fields.append(name).append(": ").append(value).append("\r\n"));
        this.always = fields.toString();
    }

    /// An answer with all its bytes; with `headOnly` their number, but not they.
    void whole(ByteBuf out, ApiResponse.Bytes answer, boolean headOnly, boolean keepAlive) {
        start(out, answer.status());
        answer.headers().forEach((name, value) -> field(out, name, value));
        if (!answer.contentType().isEmpty()) {
            field(out, "Content-Type", answer.contentType());
        }
        field(out, "Content-Length", Integer.toString(answer.body().length));
        end(out, keepAlive);
        if (!headOnly) {
            out.writeBytes(answer.body());
        }
    }

    void empty(ByteBuf out, int status, boolean keepAlive) {
        start(out, status);
        // RFC 9110 §8.6: no length with 204, and 304 has none of its own.
        if (status != 204 && status != 304) {
            field(out, "Content-Length", "0");
        }
        end(out, keepAlive);
    }

    void stream(ByteBuf out, ApiResponse.Stream answer, boolean chunked, boolean keepAlive) {
        start(out, 200);
        answer.headers().forEach((name, value) -> field(out, name, value));
        if (!answer.contentType().isEmpty()) {
            field(out, "Content-Type", answer.contentType());
        }
        if (chunked) {
            field(out, "Transfer-Encoding", "chunked");
        }
        end(out, keepAlive);
    }

    /// The takeover: 101 when the client asked for an upgrade, else the legacy 200 without a length.
    void takeover(ByteBuf out, String contentType, boolean upgrade) {
        if (upgrade) {
            ByteBufUtil.writeAscii(out, "HTTP/1.1 101 UPGRADED\r\n");
            field(out, "Content-Type", contentType);
            ByteBufUtil.writeAscii(out, "Connection: Upgrade\r\nUpgrade: tcp\r\n");
        } else {
            ByteBufUtil.writeAscii(out, "HTTP/1.1 200 OK\r\n");
            field(out, "Content-Type", ApiResponse.RAW_STREAM);
        }
        ByteBufUtil.writeAscii(out, "\r\n");
    }

    /// RFC 9110 §7.8.
    void upgrade(ByteBuf out, String protocol) {
        ByteBufUtil.writeAscii(out, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n");
        field(out, "Upgrade", protocol);
        ByteBufUtil.writeAscii(out, "\r\n");
    }

    /// RFC 6455 §4.2.2.
    void webSocket(ByteBuf out, String accept) {
        ByteBufUtil.writeAscii(
                out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
        field(out, "Sec-WebSocket-Accept", accept);
        ByteBufUtil.writeAscii(out, "\r\n");
    }

    static void invitation(ByteBuf out) {
        ByteBufUtil.writeAscii(out, "HTTP/1.1 100 Continue\r\n\r\n");
    }

    private void start(ByteBuf out, int status) {
        ByteBufUtil.writeAscii(out, "HTTP/1.1 ");
        ByteBufUtil.writeAscii(out, Integer.toString(status));
        ByteBufUtil.writeAscii(out, reason(status));
        ByteBufUtil.writeAscii(out, always);
        field(out, "Date", date());
    }

    private void end(ByteBuf out, boolean keepAlive) {
        if (!keepAlive) {
            ByteBufUtil.writeAscii(out, "Connection: close\r\n");
        }
        ByteBufUtil.writeAscii(out, "\r\n");
    }

    /// Values of ours are plain; a line feed that slipped in would begin a new field, so it becomes a blank.
    private static void field(ByteBuf out, String name, String value) {
        ByteBufUtil.writeAscii(out, name);
        ByteBufUtil.writeAscii(out, ": ");
        ByteBufUtil.writeAscii(out, value.replace('\r', ' ').replace('\n', ' '));
        ByteBufUtil.writeAscii(out, "\r\n");
    }

    private String date() {
        long second = clock.millis() / 1000;
        Stamp known = stamp;
        if (known.second() != second) {
            known = new Stamp(second, DATE.format(Instant.ofEpochSecond(second)));
            stamp = known;
        }
        return known.text();
    }

    private static String reason(int status) {
        return switch (status) {
            case 200 -> " OK\r\n";
            case 201 -> " Created\r\n";
            case 204 -> " No Content\r\n";
            case 304 -> " Not Modified\r\n";
            case 400 -> " Bad Request\r\n";
            case 403 -> " Forbidden\r\n";
            case 404 -> " Not Found\r\n";
            case 405 -> " Method Not Allowed\r\n";
            case 409 -> " Conflict\r\n";
            case 500 -> " Internal Server Error\r\n";
            case 501 -> " Not Implemented\r\n";
            case 503 -> " Service Unavailable\r\n";
            default -> " Status\r\n";
        };
    }
}
