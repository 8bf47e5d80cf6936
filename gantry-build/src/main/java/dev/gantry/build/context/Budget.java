package dev.gantry.build.context;

/// What the names of a build's files may cost in memory: an archive of some kilobytes can unfold to gigabytes of them.
final class Budget {
    static final int DEEPEST = 512;

    private final long mostNodes;
    private final long mostBytes;
    private long nodes;
    private long bytes;

    Budget(long mostNodes, long mostBytes) {
        this.mostNodes = mostNodes;
        this.mostBytes = mostBytes;
    }

    static Budget usual() {
        return new Budget(1_000_000, 64 << 20);
    }

    /// Fails before anything is kept that goes beyond it.
    void take(String path, SourceTree.Node node) {
        if (nodes + 1 > mostNodes) {
            throw new Exceeded("there are more than " + mostNodes + " files and directories");
        }
        long more = cost(path, node);
        if (bytes + more > mostBytes) {
            throw new Exceeded("paths, links and attributes together have more than " + mostBytes
                    + " bytes, directories included");
        }
        nodes++;
        bytes += more;
    }

    void giveBack(String path, SourceTree.Node node) {
        nodes--;
        bytes -= cost(path, node);
    }

    private static long cost(String path, SourceTree.Node node) {
        long sum = path.length() + node.link().length();
        for (var xattr : node.xattrs().entrySet()) {
            sum += xattr.getKey().length() + xattr.getValue().length;
        }
        return sum;
    }

    /// In words, for whoever knows what the files are called.
    static final class Exceeded extends RuntimeException {
        private static final long serialVersionUID = 1;

        Exceeded(String why) {
            super(why);
        }

        String why() {
            return String.valueOf(getMessage());
        }
    }
}
