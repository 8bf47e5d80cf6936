puts "rails as #{Process.uid}"
