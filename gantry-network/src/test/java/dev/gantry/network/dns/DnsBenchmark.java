package dev.gantry.network.dns;

import dev.gantry.network.address.Ip;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// How many local names a second the server answers on one core: queries by the processor time of its one
/// thread, kernel time included, and by the clock with one client beside it. Prints one line.
public final class DnsBenchmark {
    private static final int IN_FLIGHT = 32;

    private DnsBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        Map<String, List<Ip>> names = new HashMap<>();
        for (int i = 0; i < 1000; i++) {
            names.put("service-" + i, List.of(Ip.parse("10.1.0.0").plus(i)));
        }
        NameView view = new NameView(names, Map.of(), List.of());
        LoopbackSockets sockets = LoopbackSockets.open();
        try (DnsServer server = DnsServer.start();
                DatagramChannel client = DatagramChannel.open()) {
            server.serve(sockets.udp(), sockets.tcp(), () -> view);
            client.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), sockets.port()));
            run(client, 200_000);
            long count = 400_000;
            long busy = busy();
            long start = System.nanoTime();
            run(client, count);
            double seconds = (System.nanoTime() - start) / 1e9;
            double own = (busy() - busy) / 1e9;
            System.out.printf(
                    "dns local names: %.0f queries/s of one core, %.0f queries/s by the clock with the client beside it%n",
                    count / own, count / seconds);
        }
    }

    private static void run(DatagramChannel client, long count) throws IOException {
        ByteBuffer answer = ByteBuffer.allocate(512);
        ByteBuffer[] queries = new ByteBuffer[1000];
        for (int i = 0; i < queries.length; i++) {
            queries[i] = ByteBuffer.wrap(Query.of(i, "service-" + i, Question.A));
        }
        for (long i = 0; i < count; i++) {
            client.write(queries[(int) (i % queries.length)].rewind());
            if (i >= IN_FLIGHT) {
                client.read(answer.clear());
            }
        }
        for (int i = 0; i < IN_FLIGHT; i++) {
            client.read(answer.clear());
        }
    }

    private static long busy() {
        var threads = ManagementFactory.getThreadMXBean();
        for (long id : threads.getAllThreadIds()) {
            var info = threads.getThreadInfo(id);
            if (info != null && info.getThreadName().equals("dns")) {
                return threads.getThreadCpuTime(id);
            }
        }
        throw new IllegalStateException("the server's thread is there");
    }
}
