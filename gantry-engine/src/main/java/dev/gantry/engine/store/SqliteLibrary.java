package dev.gantry.engine.store;

import dev.gantry.base.Unavailable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.OSInfo;

/// Where the driver finds its native library. Left alone it would unpack it into the temporary directory at each start,
/// under a new name, and leave it there when the process is killed. Here it is unpacked once, below the data root.
final class SqliteLibrary {
    /// Properties of the driver.
    private static final String PATH = "org.sqlite.lib.path";
    private static final String NAME = "org.sqlite.lib.name";

    private SqliteLibrary() {}

    /// Whoever starts the process may have set the property, with the library beside the program.
    static void locate(Path directory) {
        if (System.getProperty(PATH) != null) {
            return;
        }
        String name = "libsqlitejdbc.so";
        Path home = directory.resolve(SQLiteJDBCLoader.getVersion());
        Path library = home.resolve(name);
        if (!Files.exists(library)) {
            unpack(OSInfo.getNativeLibFolderPathForCurrentOS() + "/" + name, home, library);
        }
        System.setProperty(PATH, home.toString());
        System.setProperty(NAME, name);
    }

    private static void unpack(String folder, Path home, Path library) {
        String resource = "/org/sqlite/native/" + folder;
        try (InputStream in = SQLiteJDBCLoader.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new Unavailable("open the database", "there is no SQLite for " + folder, "use x86-64 or arm64");
            }
            Files.createDirectories(home);
            Path beside = Files.createTempFile(home, "unpacking", ".so");
            Files.copy(in, beside, StandardCopyOption.REPLACE_EXISTING);
            try (var file = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                file.force(true);
            }
            Files.move(beside, library, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new Unavailable(
                    "unpack SQLite into " + home, String.valueOf(e.getMessage()), "make room or give the right", e);
        }
    }
}
