//! gRPC reflection, v1 and v1alpha, for tools such as grpcurl.
//!
//! A request for something unknown gets an error response, and the stream continues, as the protocol requires. The service
//! of tonic-reflection ends the stream instead, so that a tool loses its later requests.

use std::sync::Arc;

use futures::StreamExt as _;
use futures::stream::BoxStream;
use prost_reflect::{DescriptorError, DescriptorPool, FileDescriptor};
use tonic::codec::CompressionEncoding;
use tonic::service::Routes;
use tonic::{Request, Response, Status, Streaming};

use super::descriptors::{self, DESCRIPTORS, REFLECTION_DESCRIPTORS};

/// Adds both versions of the service.
pub(crate) fn add_services(routes: Routes) -> Result<Routes, DescriptorError> {
    let pool = descriptors::pool(DESCRIPTORS.iter().chain(&REFLECTION_DESCRIPTORS))?;
    let served = Served(Arc::new(pool));
    Ok(routes.add_service(v1::service(served.clone())).add_service(v1alpha::service(served)))
}

/// The descriptors of the served services and all their dependencies.
#[derive(Clone)]
struct Served(Arc<DescriptorPool>);

impl Served {
    fn services(&self) -> Vec<String> {
        self.0.services().map(|service| service.full_name().to_owned()).collect()
    }

    fn file(&self, name: &str) -> Result<Vec<u8>, Status> {
        let file = self.0.get_file_by_name(name);
        file.map(|file| file.encode_to_vec()).ok_or_else(|| unknown("file", name))
    }

    fn file_of_symbol(&self, name: &str) -> Result<Vec<u8>, Status> {
        // A member is found through its parent. An enum value's full name is a sibling of its enum's.
        let whole = || self.file_of_type(name);
        let member = || {
            let (parent, member) = name.rsplit_once('.')?;
            self.file_of_member(parent, member)
        };
        whole().or_else(member).map(|file| file.encode_to_vec()).ok_or_else(|| unknown("symbol", name))
    }

    fn file_of_type(&self, name: &str) -> Option<FileDescriptor> {
        let pool = &self.0;
        let service = || pool.get_service_by_name(name).map(|it| it.parent_file());
        let message = || pool.get_message_by_name(name).map(|it| it.parent_file());
        let enumeration = || pool.get_enum_by_name(name).map(|it| it.parent_file());
        let extension = || pool.get_extension_by_name(name).map(|it| it.parent_file());
        service().or_else(message).or_else(enumeration).or_else(extension)
    }

    fn file_of_member(&self, parent: &str, member: &str) -> Option<FileDescriptor> {
        let pool = &self.0;
        if let Some(service) = pool.get_service_by_name(parent) {
            return service.methods().any(|it| it.name() == member).then(|| service.parent_file());
        }
        if let Some(enumeration) = pool.get_enum_by_name(parent) {
            return enumeration.get_value_by_name(member).map(|_| enumeration.parent_file());
        }
        if let Some(message) = pool.get_message_by_name(parent) {
            let is_field = message.get_field_by_name(member).is_some();
            if is_field || message.oneofs().any(|it| it.name() == member) {
                return Some(message.parent_file());
            }
        }
        let mut enums = pool.all_enums();
        let beside = enums.find(|it| scope(it.full_name()) == parent && it.get_value_by_name(member).is_some());
        beside.map(|it| it.parent_file())
    }

    fn file_of_extension(&self, message: &str, number: i32) -> Result<Vec<u8>, Status> {
        let described = self.0.get_message_by_name(message).ok_or_else(|| unknown("message", message))?;
        let extension = u32::try_from(number).ok().and_then(|number| described.get_extension(number));
        let file = extension.map(|extension| extension.parent_file().encode_to_vec());
        file.ok_or_else(|| unknown("extension", &format!("{message} {number}")))
    }

    fn extension_numbers(&self, message: &str) -> Result<Vec<i32>, Status> {
        let described = self.0.get_message_by_name(message).ok_or_else(|| unknown("message", message))?;
        Ok(described.extensions().filter_map(|extension| i32::try_from(extension.number()).ok()).collect())
    }
}

/// The full name without its last part.
fn scope(full_name: &str) -> &str {
    full_name.rsplit_once('.').map_or("", |(scope, _)| scope)
}

fn unknown(kind: &str, name: &str) -> Status {
    Status::not_found(format!("unknown {kind} {name}"))
}

/// Implements the service for one version. Both versions have the same messages, but as different types.
macro_rules! version {
    ($version:ident) => {
        mod $version {
            use tonic_reflection::pb::$version::server_reflection_request::MessageRequest;
            use tonic_reflection::pb::$version::server_reflection_response::MessageResponse;
            use tonic_reflection::pb::$version::server_reflection_server::{ServerReflection, ServerReflectionServer};
            use tonic_reflection::pb::$version::{
                ErrorResponse, ExtensionNumberResponse, FileDescriptorResponse, ListServiceResponse,
                ServerReflectionRequest, ServerReflectionResponse, ServiceResponse,
            };

            use super::*;

            pub(crate) fn service(served: Served) -> ServerReflectionServer<impl ServerReflection> {
                ServerReflectionServer::new(Service(served))
                    .accept_compressed(CompressionEncoding::Gzip)
                    .accept_compressed(CompressionEncoding::Zstd)
            }

            struct Service(Served);

            impl Service {
                fn answer(&self, question: Option<MessageRequest>) -> Result<MessageResponse, Status> {
                    let file = |file| {
                        MessageResponse::FileDescriptorResponse(FileDescriptorResponse {
                            file_descriptor_proto: vec![file],
                        })
                    };
                    match question {
                        None => Err(Status::invalid_argument("message_request must be set")),
                        Some(MessageRequest::FileByFilename(name)) => self.0.file(&name).map(file),
                        Some(MessageRequest::FileContainingSymbol(name)) => self.0.file_of_symbol(&name).map(file),
                        Some(MessageRequest::FileContainingExtension(asked)) => {
                            self.0.file_of_extension(&asked.containing_type, asked.extension_number).map(file)
                        }
                        Some(MessageRequest::AllExtensionNumbersOfType(name)) => {
                            let extension_number = self.0.extension_numbers(&name)?;
                            let numbers = ExtensionNumberResponse { base_type_name: name, extension_number };
                            Ok(MessageResponse::AllExtensionNumbersResponse(numbers))
                        }
                        Some(MessageRequest::ListServices(_)) => {
                            let service = self.0.services().into_iter().map(|name| ServiceResponse { name }).collect();
                            Ok(MessageResponse::ListServicesResponse(ListServiceResponse { service }))
                        }
                    }
                }
            }

            #[tonic::async_trait]
            impl ServerReflection for Service {
                type ServerReflectionInfoStream = BoxStream<'static, Result<ServerReflectionResponse, Status>>;

                async fn server_reflection_info(
                    &self,
                    request: Request<Streaming<ServerReflectionRequest>>,
                ) -> Result<Response<Self::ServerReflectionInfoStream>, Status> {
                    let service = Self(self.0.clone());
                    let answers = request.into_inner().map(move |request| {
                        let request = request?;
                        let answer = service.answer(request.message_request.clone()).unwrap_or_else(|status| {
                            MessageResponse::ErrorResponse(ErrorResponse {
                                error_code: status.code().into(),
                                error_message: status.message().to_owned(),
                            })
                        });
                        Ok(ServerReflectionResponse {
                            valid_host: request.host.clone(),
                            original_request: Some(request),
                            message_response: Some(answer),
                        })
                    });
                    Ok(Response::new(answers.boxed()))
                }
            }
        }
    };
}

version!(v1);
version!(v1alpha);
