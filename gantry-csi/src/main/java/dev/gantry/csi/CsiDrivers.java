package dev.gantry.csi;

import dev.gantry.base.GantryException;
import dev.gantry.linux.Linux;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The CSI plugins of this host, as drivers `csi.NAME`. A driver is made when somebody first wants it; without any
/// there
/// is nothing here but this object.
public final class CsiDrivers implements AutoCloseable {
    /// What the names of these drivers begin with.
    public static final String PREFIX = "csi.";

    private static final Logger LOG = LoggerFactory.getLogger(CsiDrivers.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Linux linux;
    private final Path root;
    private final Function<String, CsiPlace> places;
    private final String boot;
    private final Clock clock;
    private final Map<String, CsiVolumes> drivers = new ConcurrentHashMap<>();

    /// @param root a directory below the data root; made with the first volume
    /// @param places where the plugin of a driver is, by the name of the driver; throws what its user is told
    /// @param boot names this boot of the host
    public CsiDrivers(Linux linux, Path root, Function<String, CsiPlace> places, String boot, Clock clock) {
        this.linux = linux;
        this.root = root;
        this.places = places;
        this.boot = boot;
        this.clock = clock;
    }

    public static boolean isOne(String driver) {
        return driver.startsWith(PREFIX) && driver.length() > PREFIX.length();
    }

    /// Looked up each time: a plugin that moved is spoken to where it is.
    public CsiVolumes find(String driver) {
        CsiPlace place = places.apply(driver);
        return drivers.compute(driver, (name, known) -> {
            if (known != null && known.place().equals(place)) {
                return known;
            }
            if (known != null) {
                known.close();
            }
            return new CsiVolumes(linux, name, place, root.resolve(fileName(name)), boot, PATIENCE, clock);
        });
    }

    /// A name of a driver as one of a directory.
    private static String fileName(String driver) {
        return driver.replace("%", "%25").replace("/", "%2F");
    }

    public List<String> active() {
        return drivers.keySet().stream().sorted().toList();
    }

    /// Lets go of what nobody has mounted any more: `mounted` says whether a user has a volume. Returns at once.
    public void settle(BiPredicate<String, String> mounted) {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(root)) {
            for (Path directory : found) {
                String driver =
                        directory.getFileName().toString().replace("%2F", "/").replace("%25", "%");
                try {
                    find(driver).settle(mounted);
                } catch (GantryException e) {
                    LOG.warn("driver={} not settled: {}", driver, e.getMessage());
                }
            }
        } catch (NoSuchFileException none) {
            return;
        } catch (IOException e) {
            LOG.warn("volumes of CSI plugins not settled: {}", e.toString());
        }
    }

    @Override
    public void close() {
        drivers.values().forEach(CsiVolumes::close);
    }
}
