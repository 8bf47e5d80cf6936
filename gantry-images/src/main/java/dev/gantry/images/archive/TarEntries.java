package dev.gantry.images.archive;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/// The entries of the outer tar, in order: names, links and bytes, nothing else. POSIX.1-2017 pax,
/// ustar and the long names of GNU tar. A tar that stops without its end mark is an error, because that
/// is what a broken transfer looks like.
final class TarEntries {
    private static final int BLOCK = 512;
    private static final int MAX_HEADER_DATA = 1 << 20;

    private final InputStream in;
    private final byte[] block = new byte[BLOCK];
    private Body body = new Body(0);
    private boolean first = true;

    TarEntries(InputStream in) {
        this.in = in;
    }

    enum Kind {
        FILE,
        LINK,
        OTHER
    }

    /// `bytes` are valid until the next entry is asked for. A hard link's target is a full name, a
    /// symbolic link's is relative to the place of the entry; `target` has the full name for both.
    record Entry(String name, Kind kind, String target, long size, InputStream bytes) {}

    Optional<Entry> next() throws IOException {
        body.finish();
        String longName = "";
        String longTarget = "";
        long longSize = -1;
        while (true) {
            if (!readBlock()) {
                return Optional.empty();
            }
            checkSum();
            long size = number(124, 12);
            if (size < 0) {
                throw new IOException("an entry of the archive has a negative size");
            }
            char type = (char) (block[156] & 0xff);
            switch (type) {
                case 'L' -> longName = text(data(size));
                case 'K' -> longTarget = text(data(size));
                case 'x' -> {
                    Pax pax = Pax.parse(data(size));
                    longName = pax.path().isEmpty() ? longName : pax.path();
                    longTarget = pax.linkPath().isEmpty() ? longTarget : pax.linkPath();
                    longSize = pax.size() < 0 ? longSize : pax.size();
                }
                case 'g' -> data(size);
                default -> {
                    return Optional.of(entry(type, longName, longTarget, longSize < 0 ? size : longSize));
                }
            }
        }
    }

    private Entry entry(char type, String longName, String longTarget, long size) throws IOException {
        String name = normal(longName.isEmpty() ? shortName() : longName);
        String target = longTarget.isEmpty() ? text(Arrays.copyOfRange(block, 157, 257)) : longTarget;
        switch (type) {
            case '0', '\0', '7' -> {
                body = new Body(size);
                return new Entry(name, Kind.FILE, "", size, body);
            }
            case '1' -> {
                body = new Body(0);
                return new Entry(name, Kind.LINK, normal(target), 0, body);
            }
            case '2' -> {
                body = new Body(0);
                int slash = name.lastIndexOf('/');
                return new Entry(name, Kind.LINK, normal(name.substring(0, slash + 1) + target), 0, body);
            }
            case 'S' -> throw new IOException("entry " + name + " of the archive is a sparse file");
            default -> {
                body = new Body(type == '5' ? 0 : size);
                return new Entry(name, Kind.OTHER, "", 0, body);
            }
        }
    }

    /// Without `.`, `..` and doubled slashes; names are keys of a table and lead nowhere.
    static String normal(String name) {
        var parts = new java.util.ArrayList<String>();
        for (String part : name.split("/")) {
            if (part.equals("..")) {
                if (!parts.isEmpty()) {
                    parts.removeLast();
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return String.join("/", parts);
    }

    private String shortName() {
        String name = text(Arrays.copyOfRange(block, 0, 100));
        boolean ustar = block[257] == 'u' && block[258] == 's' && block[262] == 0;
        String prefix = ustar ? text(Arrays.copyOfRange(block, 345, 500)) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    /// False at the end mark.
    private boolean readBlock() throws IOException {
        int n = in.readNBytes(block, 0, BLOCK);
        if (n < BLOCK && first) {
            throw new EOFException("it is no tar archive");
        }
        first = false;
        if (n < BLOCK) {
            throw new EOFException("the archive ends in the middle");
        }
        for (byte b : block) {
            if (b != 0) {
                return true;
            }
        }
        return false;
    }

    private void checkSum() throws IOException {
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= 148 && i < 156 ? ' ' : block[i] & 0xff;
        }
        if (sum != number(148, 8)) {
            throw new IOException("it is no tar archive, or damaged: the checksum of a header is wrong");
        }
    }

    private byte[] data(long size) throws IOException {
        if (size > MAX_HEADER_DATA) {
            throw new IOException("a header of the archive has " + size + " bytes");
        }
        body = new Body(size);
        byte[] bytes = body.readAllBytes();
        body.finish();
        return bytes;
    }

    private long number(int from, int length) throws IOException {
        if ((block[from] & 0x80) != 0) {
            long value = block[from] & 0x7f;
            for (int i = from + 1; i < from + length; i++) {
                if (value >>> 55 != 0) {
                    throw new IOException("a number in a header of the archive is too large");
                }
                value = value << 8 | block[i] & 0xff;
            }
            return value;
        }
        String digits = text(Arrays.copyOfRange(block, from, from + length)).strip();
        if (!digits.matches("[0-7]*")) {
            throw new IOException("it is no tar archive, or damaged: a number of a header is not octal");
        }
        return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
    }

    private static String text(byte[] bytes) {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    private final class Body extends InputStream {
        private final long size;
        private long left;

        Body(long size) {
            this.size = size;
            this.left = size;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int n = in.read(bytes, from, (int) Math.min(length, left));
            if (n < 0) {
                throw new EOFException("the archive ends in the middle");
            }
            left -= n;
            return n;
        }

        void finish() throws IOException {
            try {
                in.skipNBytes(left + (BLOCK - size % BLOCK) % BLOCK);
            } catch (EOFException e) {
                throw new EOFException("the archive ends in the middle");
            }
            left = 0;
        }
    }

    /// The records of an extended header that matter here; `size` is negative when it says none.
    private record Pax(String path, String linkPath, long size) {
        static Pax parse(byte[] data) throws IOException {
            String path = "";
            String linkPath = "";
            long size = -1;
            for (int at = 0; at < data.length && data[at] != 0; ) {
                int space = at;
                while (space < data.length && data[space] != ' ') {
                    space++;
                }
                String digits = new String(data, at, space - at, StandardCharsets.US_ASCII);
                int length = digits.matches("[0-9]{1,7}") ? Integer.parseInt(digits) : -1;
                if (length <= space - at + 1 || at + length > data.length) {
                    throw new IOException("an extended header of the archive is damaged");
                }
                String text = new String(data, space + 1, at + length - space - 2, StandardCharsets.UTF_8);
                int equals = text.indexOf('=');
                String value = text.substring(equals + 1);
                switch (text.substring(0, Math.max(equals, 0))) {
                    case "path" -> path = value;
                    case "linkpath" -> linkPath = value;
                    case "size" -> size = value.matches("[0-9]{1,18}") ? Long.parseLong(value) : -1;
                    default -> {}
                }
                at += length;
            }
            return new Pax(path, linkPath, size);
        }
    }
}
