//! The served services and methods, from their descriptors: for reflection, health and metrics.

use prost::Message;
use prost_reflect::{DescriptorError, DescriptorPool};
use prost_types::FileDescriptorSet;

use crate::rpc::proto;

/// The descriptors of all services except reflection.
pub(crate) const DESCRIPTORS: [&[u8]; 2] = [proto::DESCRIPTORS, tonic_health::pb::FILE_DESCRIPTOR_SET];

/// The descriptors of reflection.
pub(crate) const REFLECTION_DESCRIPTORS: [&[u8]; 2] =
    [tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET, tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET];

/// A method, and whether its requests and its responses are streams.
#[derive(Clone, Debug)]
pub(crate) struct Method {
    pub name: String,
    pub(crate) is_client_streaming: bool,
    pub(crate) is_server_streaming: bool,
}

/// The types of these descriptors, with all that they import.
pub(crate) fn pool<'a>(descriptors: impl IntoIterator<Item = &'a &'a [u8]>) -> Result<DescriptorPool, DescriptorError> {
    let mut pool = DescriptorPool::new();
    for encoded in descriptors {
        pool.decode_file_descriptor_set(*encoded)?;
    }
    Ok(pool)
}

/// All services, as `package.Service`, with their methods.
pub(crate) fn services(reflection: bool) -> Vec<(String, Vec<Method>)> {
    let reflection: &[&[u8]] = if reflection { &REFLECTION_DESCRIPTORS } else { &[] };
    let mut services = Vec::new();
    for encoded in DESCRIPTORS.iter().chain(reflection) {
        // They are compiled in, and a test decodes them.
        let Ok(set) = FileDescriptorSet::decode(*encoded) else { continue };
        for file in &set.file {
            for service in &file.service {
                let methods = service.method.iter().map(|method| Method {
                    name: method.name().to_owned(),
                    is_client_streaming: method.client_streaming(),
                    is_server_streaming: method.server_streaming(),
                });
                services.push((format!("{}.{}", file.package(), service.name()), methods.collect()));
            }
        }
    }
    services
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_what_is_served() {
        let services: Vec<String> = super::services(true).into_iter().map(|(service, _)| service).collect();
        assert_eq!(
            services,
            [
                "articled.v1.ArticleService",
                "grpc.health.v1.Health",
                "grpc.reflection.v1.ServerReflection",
                "grpc.reflection.v1alpha.ServerReflection"
            ]
        );
    }
}
