class Main { public static void main(String[] a) { System.out.println(ModuleLayer.boot().modules().size() + " modules"); } }
