/**
 * The part of TensorFlow's C API (`tensorflow/c/c_api.h`, `c/eager/c_api.h`, `c/tf_tensor.h`, `c/tf_tstring.h`) that the
 * engine calls, as koffi reads it. Opaque pointers are declared as integers: addresses fit a JavaScript number, and
 * integers are what koffi passes fastest. `TF_Output` is the only struct.
 */
export const SIGNATURES = {
  TF_Version: 'const char* TF_Version()',

  TF_NewStatus: 'uintptr_t TF_NewStatus()',
  TF_GetCode: 'int TF_GetCode(uintptr_t status)',
  TF_Message: 'const char* TF_Message(uintptr_t status)',

  TF_AllocateTensor:
    'uintptr_t TF_AllocateTensor(int dtype, const int64_t* dims, int rank, size_t byteLength)',
  TF_DeleteTensor: 'void TF_DeleteTensor(uintptr_t tensor)',
  TF_TensorData: 'uintptr_t TF_TensorData(uintptr_t tensor)',
  TF_TensorByteSize: 'size_t TF_TensorByteSize(uintptr_t tensor)',
  TF_StringInit: 'void TF_StringInit(uintptr_t string)',
  TF_StringCopy: 'void TF_StringCopy(uintptr_t string, const uint8_t* bytes, size_t length)',
  TF_StringDealloc: 'void TF_StringDealloc(uintptr_t string)',
  TF_StringGetDataPointer: 'uintptr_t TF_StringGetDataPointer(uintptr_t string)',
  TF_StringGetSize: 'size_t TF_StringGetSize(uintptr_t string)',

  TFE_NewContextOptions: 'uintptr_t TFE_NewContextOptions()',
  TFE_ContextOptionsSetConfig:
    'void TFE_ContextOptionsSetConfig(uintptr_t options, const uint8_t* proto, size_t length, uintptr_t status)',
  TFE_DeleteContextOptions: 'void TFE_DeleteContextOptions(uintptr_t options)',
  TFE_NewContext: 'uintptr_t TFE_NewContext(uintptr_t options, uintptr_t status)',
  TFE_ContextListDevices: 'uintptr_t TFE_ContextListDevices(uintptr_t context, uintptr_t status)',
  TF_DeviceListCount: 'int TF_DeviceListCount(uintptr_t list)',
  TF_DeviceListName: 'const char* TF_DeviceListName(uintptr_t list, int index, uintptr_t status)',
  TF_DeviceListType: 'const char* TF_DeviceListType(uintptr_t list, int index, uintptr_t status)',
  TF_DeviceListMemoryBytes: 'int64_t TF_DeviceListMemoryBytes(uintptr_t list, int index, uintptr_t status)',
  TF_DeleteDeviceList: 'void TF_DeleteDeviceList(uintptr_t list)',

  TFE_NewTensorHandle: 'uintptr_t TFE_NewTensorHandle(uintptr_t tensor, uintptr_t status)',
  TFE_DeleteTensorHandle: 'void TFE_DeleteTensorHandle(uintptr_t handle)',
  TFE_TensorHandleCopySharingTensor:
    'uintptr_t TFE_TensorHandleCopySharingTensor(uintptr_t handle, uintptr_t status)',
  TFE_TensorHandleResolve: 'uintptr_t TFE_TensorHandleResolve(uintptr_t handle, uintptr_t status)',
  TFE_TensorHandleDataType: 'int TFE_TensorHandleDataType(uintptr_t handle)',
  TFE_TensorHandleNumDims: 'int TFE_TensorHandleNumDims(uintptr_t handle, uintptr_t status)',
  TFE_TensorHandleDim: 'int64_t TFE_TensorHandleDim(uintptr_t handle, int index, uintptr_t status)',

  TFE_NewOp: 'uintptr_t TFE_NewOp(uintptr_t context, const char* name, uintptr_t status)',
  TFE_DeleteOp: 'void TFE_DeleteOp(uintptr_t op)',
  TFE_OpSetAttrType: 'void TFE_OpSetAttrType(uintptr_t op, const char* name, int value)',
  TFE_OpSetAttrTypeList:
    'void TFE_OpSetAttrTypeList(uintptr_t op, const char* name, const int* values, int count)',
  TFE_OpSetAttrBool: 'void TFE_OpSetAttrBool(uintptr_t op, const char* name, uint8_t value)',
  TFE_OpSetAttrInt: 'void TFE_OpSetAttrInt(uintptr_t op, const char* name, int64_t value)',
  TFE_OpSetAttrIntList:
    'void TFE_OpSetAttrIntList(uintptr_t op, const char* name, const int64_t* values, int count)',
  TFE_OpSetAttrFloat: 'void TFE_OpSetAttrFloat(uintptr_t op, const char* name, float value)',
  TFE_OpSetAttrFloatList:
    'void TFE_OpSetAttrFloatList(uintptr_t op, const char* name, const float* values, int count)',
  TFE_OpSetAttrString:
    'void TFE_OpSetAttrString(uintptr_t op, const char* name, const uint8_t* value, size_t length)',
  TFE_OpSetAttrStringList:
    'void TFE_OpSetAttrStringList(uintptr_t op, const char* name, const char** values, const size_t* lengths, int count)',
  TFE_OpSetAttrShape:
    'void TFE_OpSetAttrShape(uintptr_t op, const char* name, const int64_t* dims, int rank, uintptr_t status)',
  TFE_OpAddInput: 'void TFE_OpAddInput(uintptr_t op, uintptr_t handle, uintptr_t status)',
  TFE_Execute: 'void TFE_Execute(uintptr_t op, uint64_t* results, int* count, uintptr_t status)',
  TFE_ContextAddFunction:
    'void TFE_ContextAddFunction(uintptr_t context, uintptr_t function, uintptr_t status)',
  TFE_ContextRemoveFunction:
    'void TFE_ContextRemoveFunction(uintptr_t context, const char* name, uintptr_t status)',

  TF_NewGraph: 'uintptr_t TF_NewGraph()',
  TF_DeleteGraph: 'void TF_DeleteGraph(uintptr_t graph)',
  TF_NewOperation: 'uintptr_t TF_NewOperation(uintptr_t graph, const char* type, const char* name)',
  TF_SetAttrType: 'void TF_SetAttrType(uintptr_t description, const char* name, int value)',
  TF_SetAttrTypeList:
    'void TF_SetAttrTypeList(uintptr_t description, const char* name, const int* values, int count)',
  TF_SetAttrBool: 'void TF_SetAttrBool(uintptr_t description, const char* name, uint8_t value)',
  TF_SetAttrInt: 'void TF_SetAttrInt(uintptr_t description, const char* name, int64_t value)',
  TF_SetAttrIntList:
    'void TF_SetAttrIntList(uintptr_t description, const char* name, const int64_t* values, int count)',
  TF_SetAttrFloat: 'void TF_SetAttrFloat(uintptr_t description, const char* name, float value)',
  TF_SetAttrFloatList:
    'void TF_SetAttrFloatList(uintptr_t description, const char* name, const float* values, int count)',
  TF_SetAttrString:
    'void TF_SetAttrString(uintptr_t description, const char* name, const uint8_t* value, size_t length)',
  TF_SetAttrStringList:
    'void TF_SetAttrStringList(uintptr_t description, const char* name, const char** values, const size_t* lengths, int count)',
  TF_SetAttrShape:
    'void TF_SetAttrShape(uintptr_t description, const char* name, const int64_t* dims, int rank)',
  TF_SetAttrTensor:
    'void TF_SetAttrTensor(uintptr_t description, const char* name, uintptr_t tensor, uintptr_t status)',
  TF_AddInput: 'void TF_AddInput(uintptr_t description, TF_Output input)',
  TF_AddInputList: 'void TF_AddInputList(uintptr_t description, const TF_Output* inputs, int count)',
  TF_AddControlInput: 'void TF_AddControlInput(uintptr_t description, uintptr_t operation)',
  TF_FinishOperation: 'uintptr_t TF_FinishOperation(uintptr_t description, uintptr_t status)',
  TF_OperationOutputType: 'int TF_OperationOutputType(TF_Output output)',
  TF_GraphGetTensorNumDims:
    'int TF_GraphGetTensorNumDims(uintptr_t graph, TF_Output output, uintptr_t status)',
  TF_GraphGetTensorShape:
    'void TF_GraphGetTensorShape(uintptr_t graph, TF_Output output, int64_t* dims, int rank, uintptr_t status)',
  TF_GraphToFunctionWithControlOutputs:
    'uintptr_t TF_GraphToFunctionWithControlOutputs(uintptr_t graph, const char* name, uint8_t appendHash, ' +
    'int operationCount, const uint64_t* operations, int inputCount, const TF_Output* inputs, int outputCount, ' +
    'const TF_Output* outputs, const char** outputNames, int controlCount, const uint64_t* controlOutputs, ' +
    'const char** controlNames, uintptr_t options, const char* description, uintptr_t status)',
  TF_FunctionSetAttrValueProto:
    'void TF_FunctionSetAttrValueProto(uintptr_t function, const char* name, const uint8_t* proto, size_t length, uintptr_t status)',
  TF_SetHandleShapeAndType:
    'void TF_SetHandleShapeAndType(uintptr_t graph, TF_Output output, const uint8_t* proto, size_t length, uintptr_t status)',
  TF_DeleteFunction: 'void TF_DeleteFunction(uintptr_t function)',

  TF_NewSessionOptions: 'uintptr_t TF_NewSessionOptions()',
  TF_DeleteSessionOptions: 'void TF_DeleteSessionOptions(uintptr_t options)',
  TF_LoadSessionFromSavedModel:
    'uintptr_t TF_LoadSessionFromSavedModel(uintptr_t options, uintptr_t runOptions, const char* directory, ' +
    'const char** tags, int tagCount, uintptr_t graph, uintptr_t metaGraph, uintptr_t status)',
  TF_SessionRun:
    'void TF_SessionRun(uintptr_t session, uintptr_t runOptions, const TF_Output* inputs, const uint64_t* inputValues, ' +
    'int inputCount, const TF_Output* outputs, uint64_t* outputValues, int outputCount, const uint64_t* targets, ' +
    'int targetCount, uintptr_t runMetadata, uintptr_t status)',
  TF_CloseSession: 'void TF_CloseSession(uintptr_t session, uintptr_t status)',
  TF_DeleteSession: 'void TF_DeleteSession(uintptr_t session, uintptr_t status)',
  TF_GraphOperationByName: 'uintptr_t TF_GraphOperationByName(uintptr_t graph, const char* name)',
  TF_TensorType: 'int TF_TensorType(uintptr_t tensor)',
  TF_NumDims: 'int TF_NumDims(uintptr_t tensor)',
  TF_Dim: 'int64_t TF_Dim(uintptr_t tensor, int index)',

  TF_NewBuffer: 'uintptr_t TF_NewBuffer()',
  TF_DeleteBuffer: 'void TF_DeleteBuffer(uintptr_t buffer)',
  TF_GraphGetOpDef:
    'void TF_GraphGetOpDef(uintptr_t graph, const char* name, uintptr_t buffer, uintptr_t status)',
} as const;

/** Name of a function of the C API. */
export type FunctionName = keyof typeof SIGNATURES;

/** An opaque pointer: an address, 0 for none. */
export type Pointer = number;

/** Output `index` of a graph's operation. */
export interface TF_Output {
  readonly oper: Pointer;
  readonly index: number;
}

type Argument =
  number | bigint | string | readonly string[] | TF_Output | readonly TF_Output[] | ArrayBufferView | null;

type StringFunction = 'TF_Version' | 'TF_Message' | 'TF_DeviceListName' | 'TF_DeviceListType';

/** The C API, bound. Pointers and 64-bit integers come back as numbers. */
export type TensorFlowC = {
  readonly [Name in FunctionName]: (...values: Argument[]) => Name extends StringFunction ? string : number;
};
