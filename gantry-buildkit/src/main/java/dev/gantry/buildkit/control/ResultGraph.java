package dev.gantry.buildkit.control;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import pb.Definition;
import pb.Input;
import pb.Op;
import pb.OpMetadata;
import pb.SourceOp;

/// A result as a graph of one source, for clients that hand results of one build to another.
final class ResultGraph {
    private static final String SCHEME = "gantry-result://";

    private ResultGraph() {}

    static Definition of(String result) {
        Op source = Op.newBuilder()
                .setSource(SourceOp.newBuilder().setIdentifier(SCHEME + result))
                .build();
        String digest = Digest.sha256Of(source.toByteArray()).toString();
        Op last =
                Op.newBuilder().addInputs(Input.newBuilder().setDigest(digest)).build();
        OpMetadata metadata = OpMetadata.newBuilder()
                .putDescription("llb.customname", "result " + result)
                .build();
        return Definition.newBuilder()
                .addDef(source.toByteString())
                .addDef(last.toByteString())
                .putMetadata(digest, metadata)
                .putMetadata(Digest.sha256Of(last.toByteArray()).toString(), OpMetadata.getDefaultInstance())
                .build();
    }

    /// The result that such a graph means; other graphs are refused.
    static String result(Definition graph, String name) {
        try {
            if (graph.getDefCount() == 2) {
                String identifier = Op.parseFrom(graph.getDef(0)).getSource().getIdentifier();
                if (identifier.startsWith(SCHEME)) {
                    return identifier.substring(SCHEME.length());
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new InvalidArgument("use the context " + name, "its graph cannot be read", "update the client", e);
        }
        throw new Unsupported(
                "use a graph as the context " + name,
                "contexts are directories, images and results of other builds",
                "give one of these");
    }
}
