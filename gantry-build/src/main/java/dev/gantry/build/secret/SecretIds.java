package dev.gantry.build.secret;

import dev.gantry.base.GantryException;
import dev.gantry.build.graph.Mount;
import dev.gantry.build.graph.Op;
import dev.gantry.build.graph.Vertex;
import dev.gantry.build.solve.Lent;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Which secrets a graph names.
public final class SecretIds {
    private SecretIds() {}

    public static Set<String> in(List<Vertex> vertices) {
        var ids = new TreeSet<String>();
        for (Vertex vertex : vertices) {
            if (vertex.op() instanceof Op.Exec exec) {
                exec.secrets().forEach(secret -> ids.add(secret.id()));
                for (Mount mount : exec.mounts()) {
                    if (mount instanceof Mount.Secret secret) {
                        ids.add(secret.id());
                    }
                }
            }
        }
        return ids;
    }

    /// Before anything is made: what steps before the one that needs a secret have written is searched for it, too.
    public static void ask(List<Vertex> vertices, Lent lent) throws InterruptedException {
        for (String id : in(vertices)) {
            try {
                lent.secret(id);
            } catch (GantryException _) {
                // The step that needs it will say so, if it is not known.
            }
        }
    }
}
