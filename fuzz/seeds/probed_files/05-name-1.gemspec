Gem::Specification.new do |s|
  s.name = "name".freeze
  s.version = "1"
  s.add_runtime_dependency(%q<rake>.freeze, [">= 0"])
end
