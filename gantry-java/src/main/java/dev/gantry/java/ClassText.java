package dev.gantry.java;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;

/// What a class file says that matters here. JVMS §4.1.
final class ClassText {
    private static final int OLDEST = 45; // Java 1.1
    private static final int MINOR_AND_MAJOR = 8;
    private static final int MAIN = ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC;

    private ClassText() {}

    /// The Java release that a class was compiled for, or 0 when it is no class.
    static int release(byte[] bytes) {
        if (bytes.length < MINOR_AND_MAJOR || bytes[0] != (byte) 0xca || bytes[1] != (byte) 0xfe) {
            return 0;
        }
        int major = (bytes[6] & 0xff) << 8 | bytes[7] & 0xff;
        return major < OLDEST ? 0 : major - OLDEST + 1;
    }

    /// Whether it has `public static void main(String[])`, JLS §12.1.4.
    static boolean hasMain(byte[] bytes) {
        try {
            ClassModel model = ClassFile.of().parse(bytes);
            return model.methods().stream().anyMatch(ClassText::isMain);
        } catch (IllegalArgumentException _) {
            return false; // of a release this JDK does not know, or damaged
        }
    }

    private static boolean isMain(MethodModel method) {
        return method.methodName().equalsString("main")
                && method.methodType().equalsString("([Ljava/lang/String;)V")
                && (method.flags().flagsMask() & MAIN) == MAIN;
    }
}
